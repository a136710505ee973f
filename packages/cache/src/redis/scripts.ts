// What must happen in Redis in one step. Versions are counted there: no clock of a process decides what is valid.
import { createHash } from 'node:crypto'

export interface Script {
  readonly text: string
  readonly sha: string
}
const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') })

/**
 * Reads entries, and takes the locks of the loads of those that are missing or no longer fresh.
 * KEYS: entries, then their locks, then on a single node meta. ARGV: number of entries, life of a lock in ms, h for heads only, then for each entry a
 * token or '' and "fresh after" on the clock of Redis. Replies: seq, epoch, then for each entry its bytes or nil (heads only: 1 or nil) and 1 if the
 * lock was taken, who holds it, or 0. With meta, entries of another epoch or with a tag invalidated since are nil. Keys of other types are empty bytes.
 */
export const READ = script(`
local n, heads = tonumber(ARGV[1]), ARGV[3] == 'h'
local meta = KEYS[2 * n + 1]
local reply, versions = {false, false}, {}
if meta then reply = redis.call('HMGET', meta, 's', 'e') end
local epoch = tonumber(reply[2])
local function version(tag)
  local name = tostring(tag)
  if not versions[name] then versions[name] = tonumber(redis.call('GET', meta .. ':' .. name) or '0') end
  return versions[name]
end
local function valid(key, v)
  if epoch ~= struct.unpack('>I4', v, 5) then return false end
  local length = struct.unpack('>I2', v, 37)
  if length == 0 then return true end
  local text = heads and redis.call('GETRANGE', key, 44, 43 + length) or string.sub(v, 45, 44 + length)
  local ok, tags = pcall(cjson.decode, text)
  if not ok or type(tags) ~= 'table' then return false end
  local born = struct.unpack('>d', v, 9)
  for _, tag in ipairs(tags) do
    if version(tag) > born then return false end
  end
  return true
end
for i = 1, n do
  local key, token = KEYS[i], ARGV[2 + 2 * i]
  local v
  if heads then v = redis.pcall('GETRANGE', key, 0, 43) else v = redis.pcall('GET', key) end
  if type(v) == 'table' then v = '' elseif heads and v == '' then v = false end
  local fresh = false
  if v and #v >= 44 and string.byte(v, 1) == 82 and string.byte(v, 2) == 1 then
    if meta and not valid(key, v) then
      v = false
    else
      fresh = struct.unpack('>d', v, 17) > tonumber(ARGV[3 + 2 * i])
    end
  end
  local locked = 0
  if token ~= '' and not fresh then
    local lock = KEYS[n + i]
    if redis.call('SET', lock, token, 'NX', 'PX', ARGV[2]) then locked = 1 else locked = redis.call('GET', lock) end
  end
  if heads then v = fresh and 1 end
  reply[1 + 2 * i], reply[2 + 2 * i] = v, locked
end
return reply
`)

/** Whether what lies under a key is newer than a value of this state: a tombstone, or one that was set. */
const OUTDATED = `
local function outdated(key, seq, epoch)
  local h = redis.pcall('GETRANGE', key, 0, 15)
  if type(h) ~= 'string' or #h ~= 16 or string.byte(h, 1) ~= 82 then return false end
  return struct.unpack('>I4', h, 5) == epoch and struct.unpack('>d', h, 9) > seq
end
local function free(lock, token)
  if token ~= '' and redis.call('GET', lock) == token then redis.call('DEL', lock) end
end
local n = tonumber(ARGV[1])
local pattern = string.find(ARGV[2], 'm') and tonumber(redis.call('HGET', KEYS[#KEYS], 'p') or '0') or 0
local done = {}`

/**
 * Writes entries unless what is there is newer, or a pattern was invalidated since; gives their locks back. The state that a value was made under is
 * in its head.
 * KEYS: entries, then their locks if ARGV[2] has l, then meta if it has m. ARGV: number of entries, flags, then bytes, life and token or '' of each.
 * Replies: 1 or 0 for each entry.
 */
export const WRITE = script(`${OUTDATED}
for i = 1, n do
  local bytes = ARGV[3 * i]
  local epoch, seq = struct.unpack('>I4', bytes, 5), struct.unpack('>d', bytes, 9)
  done[i] = 0
  if pattern <= seq and not outdated(KEYS[i], seq, epoch) then
    redis.call('SET', KEYS[i], bytes, 'PX', ARGV[3 * i + 1])
    done[i] = 1
  end
  if string.find(ARGV[2], 'l') then free(KEYS[n + i], ARGV[3 * i + 2]) end
end
return done
`)

/**
 * As WRITE for values that lie beside their keys already: each is moved over its key, or dropped.
 * KEYS: entries, where their values lie, then their locks if ARGV[2] has l, then meta if it has m. ARGV: number of entries, flags, seq, epoch, token.
 */
export const MOVE = script(`${OUTDATED}
local seq, epoch = tonumber(ARGV[3]), tonumber(ARGV[4])
for i = 1, n do
  done[i] = 0
  if pattern <= seq and not outdated(KEYS[i], seq, epoch) then
    if not redis.pcall('RENAME', KEYS[n + i], KEYS[i]).err then done[i] = 1 end
  else
    redis.call('UNLINK', KEYS[n + i])
  end
  if string.find(ARGV[2], 'l') then free(KEYS[2 * n + i], ARGV[5]) end
end
return done
`)

/** Gives locks back, or renews them when ARGV[2] is a life. */
export const LOCK = script(`
for _, lock in ipairs(KEYS) do
  if redis.call('GET', lock) == ARGV[1] then
    if ARGV[2] == '' then redis.call('DEL', lock) else redis.call('PEXPIRE', lock, ARGV[2]) end
  end
end
return 1
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
