// What must happen in Redis in one step. Versions are counted there: no clock of a process decides what is valid.
import { createHash } from 'node:crypto'

export interface Script {
  readonly text: string
  readonly sha: string
}
const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') })

/**
 * Reads an entry and takes the lock of its load if it is missing or no longer fresh.
 * KEYS: entry, lock, and on a single node meta. ARGV: token or '', life of the lock in ms, "fresh after" on the clock of Redis.
 * Replies: bytes or nil, 1 if the lock was taken, seq, epoch. With meta, entries of another epoch or with a tag invalidated since are nil.
 */
export const READ = script(`
local v = redis.call('GET', KEYS[1])
local seq, epoch = false, false
if v and (#v < 44 or string.byte(v, 1) ~= 82 or string.byte(v, 2) ~= 1) then
  if ARGV[1] ~= '' then return {v, redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0, false, false} end
  return {v, 0, false, false}
end
if KEYS[3] then
  local m = redis.call('HMGET', KEYS[3], 's', 'e')
  seq, epoch = m[1], m[2]
  if v then
    if tonumber(epoch) ~= struct.unpack('>I4', v, 5) then
      v = false
    else
      local n = struct.unpack('>I2', v, 37)
      if n > 0 then
        local ok, tags = pcall(cjson.decode, string.sub(v, 45, 44 + n))
        if not ok or type(tags) ~= 'table' then
          v = false
        else
          local born = struct.unpack('>d', v, 9)
          for _, tag in ipairs(tags) do
            local t = redis.call('GET', KEYS[3] .. ':' .. tag)
            if t and tonumber(t) > born then v = false break end
          end
        end
      end
    end
  end
end
local locked = 0
if ARGV[1] ~= '' and (not v or struct.unpack('>d', v, 17) <= tonumber(ARGV[3])) then
  if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then locked = 1 end
end
return {v, locked, seq, epoch}
`)

/** How WRITE and MOVE begin: for each entry, whether it may be kept; the loop is theirs to end. */
const EACH_TO_KEEP = `
local n, seq, epoch = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local refused = false
if string.find(ARGV[2], 'm') then
  refused = tonumber(redis.call('HGET', KEYS[#KEYS], 'p') or '0') > seq
end
local done = {}
for i = 1, n do
  local keep = not refused
  if keep then
    local h = redis.call('GETRANGE', KEYS[i], 0, 15)
    if #h == 16 and string.byte(h, 1) == 82 and struct.unpack('>I4', h, 5) == epoch and struct.unpack('>d', h, 9) > seq then keep = false end
  end`

/**
 * Writes entries unless what is there is newer (a tombstone or an explicit value), or a pattern was invalidated since.
 * KEYS: entries, then the lock if ARGV[2] has l, then meta if it has m. ARGV: number of entries, flags, seq, epoch, token, then bytes and life of each.
 * Replies: 1 or 0 for each entry.
 */
export const WRITE = script(`${EACH_TO_KEEP}
  if keep then redis.call('SET', KEYS[i], ARGV[4 + 2 * i], 'PX', ARGV[5 + 2 * i]) end
  done[i] = keep and 1 or 0
end
if string.find(ARGV[2], 'l') and redis.call('GET', KEYS[n + 1]) == ARGV[5] then redis.call('DEL', KEYS[n + 1]) end
return done
`)

/**
 * As WRITE for values that lie beside their keys already: each is moved over its key, or dropped.
 * KEYS: entries, where their values lie, then the lock if ARGV[2] has l, then meta if it has m. ARGV: number of entries, flags, seq, epoch, token.
 */
export const MOVE = script(`${EACH_TO_KEEP}
  if keep then
    local moved = redis.pcall('RENAME', KEYS[n + i], KEYS[i])
    keep = not moved.err
  else
    redis.call('UNLINK', KEYS[n + i])
  end
  done[i] = keep and 1 or 0
end
if string.find(ARGV[2], 'l') and redis.call('GET', KEYS[2 * n + 1]) == ARGV[5] then redis.call('DEL', KEYS[2 * n + 1]) end
return done
`)

/** Gives the lock back, or renews it when ARGV[2] is a life. */
export const LOCK = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

/** The state of the cache, made if it is missing. KEYS: meta. ARGV: epoch to begin with. Replies: epoch, seq, pattern seq, seconds, microseconds. */
export const SYNC = script(`
redis.call('HSETNX', KEYS[1], 'e', ARGV[1])
local m = redis.call('HMGET', KEYS[1], 'e', 's', 'p')
local t = redis.call('TIME')
return {m[1], m[2] or '0', m[3] or '0', t[1], t[2]}
`)

/**
 * Counts a change. KEYS: meta. ARGV: flags (p: a pattern, a: all, v: version), new epoch, version, life of tags in s, number of tags, tags, names that
 * only count if something depends on them. Replies: seq, epoch; nothing for a version that is already in force.
 */
export const BUMP = script(`
local meta = KEYS[1]
if ARGV[1] == 'v' then
  if redis.call('HGET', meta, 'v') == ARGV[3] then return {} end
  redis.call('HSET', meta, 'v', ARGV[3])
end
local seq = redis.call('HINCRBY', meta, 's', 1)
if ARGV[1] == 'p' then redis.call('HSET', meta, 'p', seq) end
if ARGV[1] == 'a' or ARGV[1] == 'v' then redis.call('HSET', meta, 'e', ARGV[2]) end
redis.call('HSETNX', meta, 'e', ARGV[2])
local n = tonumber(ARGV[5])
for i = 6, #ARGV do
  local key = meta .. ':' .. ARGV[i]
  if i < 6 + n or redis.call('EXISTS', key) == 1 then redis.call('SET', key, seq, 'EX', ARGV[4]) end
end
return {seq, redis.call('HGET', meta, 'e')}
`)
