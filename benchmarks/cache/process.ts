// One process of several over one Redis: asks for a cold key a thousand times, or tells when it sees an invalidation.
import { createCache } from '@rag/cache'
import { Redis } from 'ioredis'

const redis = new Redis(Number(process.argv[2]))
const cache = createCache({ name: 'processes', ttl: '1m', redis, bus: true })
const say = (answer: object) => process.send!(answer)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

process.on('message', async (message: { cold?: string; at?: number; hold?: string }) => {
  if (message.cold !== undefined) {
    const { cold, at = 0 } = message
    await pause(Math.max(0, at - Date.now()))
    let loads = 0
    const start = performance.now()
    const load = async () => {
      loads++
      await pause(200)
      return 'loaded'
    }
    await Promise.all(Array.from({ length: 1000 }, () => cache.getOrSet(cold, load)))
    say({ loads, ms: performance.now() - start })
  }
  if (message.hold !== undefined) {
    const { hold } = message
    while ((await cache.getEntry(hold))?.layer !== 'memory') await pause(1)
    const gone = new Promise<void>((resolve) => {
      const stop = cache.onInvalidate(({ keys, tags }) => {
        if (!keys?.includes(hold) && !tags?.includes(`t:${hold}`)) return
        stop()
        resolve()
      })
    })
    say({ held: true })
    await gone
    // CLOCK_MONOTONIC is the same for all processes of the machine.
    say({ goneAt: Number(process.hrtime.bigint()) / 1e6, still: (await cache.get(hold)) !== undefined })
  }
})
process.on('disconnect', () => process.exit(0))
await cache.get('warm up')
say({ ready: true })
