// Cold misses through both layers.
import { Redis } from 'ioredis'
import { median } from '../statistics.js'
import { bento, cacheable, layered, manager, ours } from './rivals.js'
import { ROUNDS, say } from './settings.js'

/** Misses in both layers with 32 under way; ours takes the lock across processes. */
export async function coldMisses(port: number) {
  const redis = new Redis(port)
  const rivals = [ours('ours', { redis }), bento('bentocache', { port }), cacheable(port), manager(port), layered(port)]
  const speeds = new Map<string, number[]>(rivals.map(({ name }) => [name, []]))
  let number = 0
  for (let round = -1; round < ROUNDS; round++) {
    for (const rival of rivals) {
      const start = performance.now()
      const each = 150
      const worker = async () => {
        for (let index = 0; index < each; index++) await rival.getOrSet(`cold${number++}`, async () => 'value')
      }
      await Promise.all(Array.from({ length: 32 }, worker))
      if (round >= 0) speeds.get(rival.name)!.push((32 * each) / ((performance.now() - start) / 1000))
    }
    say(`cold misses: round ${Math.max(0, round + 1)} of ${ROUNDS}`)
  }
  for (const rival of rivals) await rival.close()
  redis.disconnect()
  return Object.fromEntries([...speeds].map(([name, values]) => [name, Math.round(median(values))]))
}
