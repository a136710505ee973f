// A Redis that is killed, stopped, slow, or was never there, under a steady stream of requests.
import { Redis } from 'ioredis'
import { startProxy } from '../../packages/cache/test/proxy.js'
import { freePort, startRedis } from './redis-server.js'
import { bento, cacheable, layered, manager, ours, type Rival } from './rivals.js'
import { pause, say } from './settings.js'

interface FaultResult {
  requests: number
  slowestMs: number
  /** The slowest bare loader, called at the same moments: what the machine itself was late. */
  bareSlowestMs: number
  overASecond: number
  errors: number
  hung: number
  backAfterMs?: number | undefined
}

/** 100 requests a second over 10 keys, time to live 300 ms, loader 10 ms; the fault lasts three seconds. */
async function fault(rival: Rival, begin: () => unknown, end: () => unknown, back?: () => Promise<boolean>): Promise<FaultResult> {
  const result: FaultResult = { requests: 0, slowestMs: 0, bareSlowestMs: 0, overASecond: 0, errors: 0, hung: 0 }
  let number = 0
  let measuring = false
  const request = async () => {
    const counted = measuring
    if (counted) {
      result.requests++
      result.hung++
    }
    const start = performance.now()
    try {
      await rival.getOrSet(`k${number++ % 10}`, async () => {
        await pause(10)
        return 'value'
      })
    } catch {
      if (counted) result.errors++
    }
    if (!counted) return
    result.hung--
    const ms = performance.now() - start
    result.slowestMs = Math.max(result.slowestMs, Math.round(ms))
    if (ms > 1000) result.overASecond++
  }
  const bare = async () => {
    if (!measuring) return
    const start = performance.now()
    await pause(10)
    result.bareSlowestMs = Math.max(result.bareSlowestMs, Math.round(performance.now() - start))
  }
  const timer = setInterval(() => {
    void request()
    void bare()
  }, 10)
  await pause(500)
  measuring = true
  await begin()
  await pause(3000)
  await end()
  const ended = performance.now()
  if (back) {
    while (!(await back()) && performance.now() - ended < 8000) await pause(10)
    result.backAfterMs = Math.round(performance.now() - ended)
  }
  await pause(500)
  measuring = false
  clearInterval(timer)
  await pause(1500)
  return result
}

export async function faults() {
  const results: Record<string, Record<string, FaultResult | string>> = {}
  const kinds: Record<string, (port: number, ttl: number) => Rival> = {
    ours: (port, ttl) => {
      const redis = new Redis(port)
      redis.on('error', () => {})
      const rival = ours('ours', { redis, ttl, name: 'faults' })
      return {
        ...rival,
        close: async () => {
          await rival.close()
          redis.disconnect()
        },
        isBack: async () => rival.cache.stats().breaker === 'closed'
      } as Rival & { isBack: () => Promise<boolean> }
    },
    bentocache: (port, ttl) => bento('bentocache', { port, ttl }),
    cacheable: (port, ttl) => cacheable(port, ttl),
    'cache-manager': (port, ttl) => manager(port, ttl),
    'layered-loader': (port, ttl) => layered(port, ttl)
  }
  const only = process.env['PEERS'] === '0' ? ['ours'] : Object.keys(kinds)
  for (const name of only) {
    const own: Record<string, FaultResult | string> = {}
    results[name] = own
    for (const kind of ['killed', 'stopped', 'slow'] as const) {
      let { port, process: server } = await startRedis()
      const slow = await startProxy(port)
      const rival = kinds[name]!(slow.port, 300)
      const { isBack } = rival as { isBack?: () => Promise<boolean> }
      const begin = { killed: () => server.kill('SIGKILL'), stopped: () => server.kill('SIGSTOP'), slow: () => void (slow.delayMs = 300) }
      const end = {
        killed: async () => {
          server = (await startRedis(port)).process
        },
        stopped: () => server.kill('SIGCONT'),
        slow: () => void (slow.delayMs = 0)
      }
      own[kind] = await fault(rival, begin[kind], end[kind], isBack)
      await Promise.race([rival.close(), pause(500)]).catch(() => {})
      slow.close()
      server.kill('SIGKILL')
      say(`faults: ${name} ${kind}`)
    }
    const down = kinds[name]!(await freePort(), 300)
    const start = performance.now()
    const first = await Promise.race([down.getOrSet('a', async () => 1).catch(() => 'error'), pause(3000).then(() => 'hung')])
    own['startWithRedisDown'] =
      first === 'hung'
        ? 'no answer in 3 s'
        : `${first === 'error' ? 'error' : 'answered'} after ${Math.round(performance.now() - start)} ms`
    await Promise.race([down.close(), pause(500)]).catch(() => {})
  }
  return results
}
