// Budgets in Redis or Redis Cluster: each step is one script over keys of one hash slot, so several processes share one truth.
import type { Amounts, BudgetStore } from './types.js'

/** The part of a client that is used: ioredis (also its Cluster) or node-redis. */
export interface RedisClient {
  eval(script: string, ...rest: never[]): Promise<unknown>
  call?: unknown
}

export interface RedisStoreOptions {
  client: RedisClient
  /** Opens every key. Default `rag:llm:budget:`. */
  prefix?: string
}

/** Gives back what expired reservations held. KEYS: counts, expiries. It subtracts from 0, since Redis takes no minus zero. */
const EXPIRE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)
for _, hold in ipairs(gone) do
  local u, t, r = string.match(hold, '|([%d.-]+)|([%d.-]+)|([%d.-]+)$')
  redis.call('HINCRBY', KEYS[1], 'hu', 0 - u) redis.call('HINCRBY', KEYS[1], 'ht', 0 - t) redis.call('HINCRBY', KEYS[1], 'hr', 0 - r)
  redis.call('ZREM', KEYS[2], hold)
  redis.call('HDEL', KEYS[1], 'h:' .. string.match(hold, '^(.-)|'))
end
local function n(field) return tonumber(redis.call('HGET', KEYS[1], field) or '0') end`

/** ARGV: id, amounts (usd tokens requests), limits, unbounded (usd tokens), ttl, keep. */
const RESERVE = `${EXPIRE}
local id = ARGV[1]
local kinds = {'u', 't', 'r'}
local take = {tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])}
local open = {ARGV[8] == '1', ARGV[9] == '1', false}
local ok = 1
if redis.call('HEXISTS', KEYS[1], 'h:' .. id) == 0 then
  for i = 1, 3 do
    local limit = tonumber(ARGV[4 + i])
    if limit >= 0 then
      local left = limit - n(kinds[i]) - n('h' .. kinds[i])
      if open[i] then take[i] = left end
      if left <= 0 or left < take[i] then ok = 0 end
    end
  end
  if ok == 1 then
    local hold = string.format('%s|%.0f|%.0f|%.0f', id, take[1], take[2], take[3])
    redis.call('ZADD', KEYS[2], now + tonumber(ARGV[10]), hold)
    redis.call('HSET', KEYS[1], 'h:' .. id, hold)
    for i = 1, 3 do redis.call('HINCRBY', KEYS[1], 'h' .. kinds[i], string.format('%.0f', take[i])) end
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[11]) redis.call('PEXPIRE', KEYS[2], ARGV[11])
return {ok, tostring(n('u')), tostring(n('t')), tostring(n('r')), tostring(n('hu')), tostring(n('ht')), tostring(n('hr'))}`

/** ARGV: id, amounts, keep. The third key remembers the id, so that a repeated settlement counts once. */
const SETTLE = `${EXPIRE}
if not redis.call('SET', KEYS[3], '1', 'NX', 'PX', 3600000) then return 0 end
local hold = redis.call('HGET', KEYS[1], 'h:' .. ARGV[1])
if hold then
  local u, t, r = string.match(hold, '|([%d.-]+)|([%d.-]+)|([%d.-]+)$')
  redis.call('HINCRBY', KEYS[1], 'hu', 0 - u) redis.call('HINCRBY', KEYS[1], 'ht', 0 - t) redis.call('HINCRBY', KEYS[1], 'hr', 0 - r)
  redis.call('ZREM', KEYS[2], hold)
  redis.call('HDEL', KEYS[1], 'h:' .. ARGV[1])
end
redis.call('HINCRBY', KEYS[1], 'u', ARGV[2]) redis.call('HINCRBY', KEYS[1], 't', ARGV[3]) redis.call('HINCRBY', KEYS[1], 'r', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5]) redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1`

const PEEK = `${EXPIRE}
return {tostring(n('u')), tostring(n('t')), tostring(n('r')), tostring(n('hu')), tostring(n('ht')), tostring(n('hr'))}`

/**
 * Keeps budgets in Redis, shared by every process that uses the same name.
 *
 * @example
 * meter.budget({ name: 'tenants', per: 'tenant', window: '1d', limit: { usd: 20 }, store: redisStore({ client: redis }) })
 */
export function redisStore({ client, prefix = 'rag:llm:budget:' }: RedisStoreOptions): BudgetStore {
  const run = (script: string, keys: string[], values: (string | number)[]): Promise<unknown> => {
    const texts = values.map(String)
    const send = client.eval.bind(client) as (...parts: unknown[]) => Promise<unknown>
    // ioredis takes everything in a row; node-redis takes an object.
    return typeof client.call === 'function' ? send(script, keys.length, ...keys, ...texts) : send(script, { keys, arguments: texts })
  }
  // The braces put all keys of a subject into one slot of a cluster.
  const keysOf = (key: string): [string, string] => [`${prefix}{${key}}:count`, `${prefix}{${key}}:holds`]
  return {
    async reserve({ key, id, amounts, limits, unbounded, ttlMs, keepMs }) {
      const values = [
        id,
        ...list(amounts),
        ...list(limits),
        unbounded.usd ? 1 : 0,
        unbounded.tokens ? 1 : 0,
        Math.ceil(ttlMs),
        Math.ceil(keepMs)
      ]
      const [ok, ...counts] = (await run(RESERVE, keysOf(key), values)) as [number, ...string[]]
      return { admitted: Number(ok) === 1, ...countsOf(counts) }
    },
    async settle(key, id, amounts, keepMs) {
      await run(SETTLE, [...keysOf(key), `${prefix}{${key}}:done:${id}`], [id, ...list(amounts), Math.ceil(keepMs)])
    },
    async peek(key) {
      return countsOf((await run(PEEK, keysOf(key), [])) as string[])
    }
  }
}

function list({ usd, tokens, requests }: Amounts): number[] {
  return [usd, tokens, requests].map((value) => Math.round(value))
}

function countsOf([u, t, r, hu, ht, hr]: string[]): { used: Amounts; reserved: Amounts } {
  return {
    used: { usd: Number(u), tokens: Number(t), requests: Number(r) },
    reserved: { usd: Number(hu), tokens: Number(ht), requests: Number(hr) }
  }
}
