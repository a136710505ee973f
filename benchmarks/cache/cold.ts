// Cold misses through both layers.
import { Redis } from 'ioredis'
import { median } from '../statistics.js'
import { bento, cacheable, layered, MINUTE, manager, ours, type Rival } from './rivals.js'
import { pause, ROUNDS, say } from './settings.js'

/** Rounds of 4800 misses before any counts: a compiler that still works is no part of a rate. The same for all. */
const WARM_UP = 7

export const BARE = 'ioredis with a lock'

/** The floor of the same work by the driver alone: read and take the lock, then write and give it back; no memory, no figures, no deadline. */
function bare(port: number): Rival {
  const redis = new Redis(port)
  return {
    name: BARE,
    async getOrSet(key, load) {
      const [found] = await Promise.all([redis.get(key), redis.set(`${key}:l`, 'token', 'PX', 600, 'NX')])
      if (found !== null) return found
      const value = await load()
      void redis.set(key, String(value), 'PX', MINUTE)
      void redis.del(`${key}:l`)
      return value
    },
    close: async () => redis.disconnect()
  }
}

/** Misses in both layers with 32 under way; ours takes the lock across processes. */
export async function coldMisses(port: number) {
  const redis = new Redis(port)
  const own = ours('ours', { redis })
  const rivals = [own, bento('bentocache', { port }), cacheable(port), manager(port), layered(port), bare(port)]
  const speeds = new Map<string, number[]>(rivals.map(({ name }) => [name, []]))
  let number = 0
  // Connections are made before anything is measured.
  for (const rival of rivals) await rival.getOrSet('warm', async () => 'value')
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const rival of [...rivals].sort(() => Math.random() - 0.5)) {
      // Writes that a peer did not wait for must not be paid by the next one.
      await pause(100)
      const { errors } = own.cache.stats().redis
      const start = performance.now()
      const each = 150
      const worker = async () => {
        for (let index = 0; index < each; index++) await rival.getOrSet(`cold${number++}`, async () => 'value')
      }
      await Promise.all(Array.from({ length: 32 }, worker))
      // A machine that stalls for longer than the limit of a Redis call: what was loaded without Redis is no cold miss through it.
      if (own.cache.stats().redis.errors > errors) {
        say('cold misses: Redis was left alone for a while; this round does not count')
        await pause(1000)
        continue
      }
      if (round >= 0) speeds.get(rival.name)!.push((32 * each) / ((performance.now() - start) / 1000))
    }
    say(`cold misses: round ${Math.max(0, round + 1)} of ${ROUNDS}`)
  }
  for (const rival of rivals) await rival.close()
  redis.disconnect()
  if (speeds.get('ours')!.length === 0) throw new Error('invalid: no round in which Redis was in use all the time')
  return Object.fromEntries([...speeds].map(([name, values]) => [name, Math.round(median(values))]))
}
