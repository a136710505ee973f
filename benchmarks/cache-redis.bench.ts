// The Redis layer beside its peers and raw commands: vectors, cold misses, several processes, and a Redis that dies, stops or is slow.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Cache, createCache } from '@rag/cache'
import { Redis } from 'ioredis'
import { startProxy } from './cache/proxy.js'
import { freePort, startRedis } from './cache/redis-server.js'
import { type Claim, report } from './cache/report.js'
import { bento, cacheable, layered, manager, ours, type Rival } from './cache/rivals.js'
import { median, quartiles } from './statistics.js'

const ROUNDS = Number(process.env['ROUNDS'] ?? 7)
const say = (text: string) => process.stderr.write(`${text}\n`)
const round2 = (value: number) => Math.round(value * 100) / 100
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const spreadOf = (values: number[]) => ({ ratio: round2(median(values)), spread: quartiles(values).map(round2) })
process.on('uncaughtException', () => uncaught++)
let uncaught = 0

async function vectors(port: number) {
  const raw = new Redis(port)
  const redis = new Redis(port)
  const vector = () => Float32Array.from({ length: 1536 }, () => Math.random())
  const times: Record<'write' | 'read' | 'rawWrite' | 'rawRead', number[]> = { write: [], read: [], rawWrite: [], rawRead: [] }
  const timed = async <T>(name: keyof typeof times, work: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work()
    times[name].push(performance.now() - start)
    return result
  }
  let bytes = 0
  for (let round = -3; round < ROUNDS; round++) {
    if (round === 0) for (const list of Object.values(times)) list.length = 0
    const values = Array.from({ length: 256 }, vector)
    const keys = values.map((_, index) => `v${round}:${index}`)
    const writer = createCache({ name: 'vectors', ttl: '1h', redis, memory: false })
    const reader = createCache({ name: 'vectors', ttl: '1h', redis })
    await writer.get('warm')
    await reader.get('warm')
    const turns = [
      async () => {
        await timed('rawWrite', async () => {
          const pipeline = raw.pipeline()
          for (const [index, value] of values.entries()) pipeline.set(`raw:${keys[index]}`, Buffer.from(value.buffer), 'PX', 3_600_000)
          await pipeline.exec()
        })
        await timed('rawRead', () => raw.mgetBuffer(keys.map((key) => `raw:${key}`)))
      },
      async () => {
        await timed('write', () => writer.setMany(keys.map((key, index) => [key, values[index]])))
        const found = await timed('read', () => reader.getMany<Float32Array>(keys))
        for (const [index, value] of values.entries()) {
          if (!(found[index] instanceof Float32Array) || Buffer.compare(Buffer.from(found[index].buffer), Buffer.from(value.buffer)) !== 0)
            throw new Error('invalid: a vector came back as another')
        }
      }
    ]
    for (const turn of round % 2 ? turns.reverse() : turns) await turn()
    bytes = Number(await raw.call('MEMORY', 'USAGE', `rag:vectors:{${keys[0]}}`))
    await writer.close()
    await reader.close()
    await raw.flushall()
  }
  const ratios = (ours: number[], theirs: number[]) => spreadOf(ours.map((ms, index) => ms / theirs[index]!))
  const peers: Record<string, object> = {}
  const values = Array.from({ length: 256 }, vector)
  for (const make of [bento.bind(null, 'bentocache', { port }), () => cacheable(port), () => manager(port)] as (() => Rival)[]) {
    const keys = values.map((_, index) => `p:${index}`)
    const writer = make()
    let start = performance.now()
    await writer.setMany!(keys.map((key, index) => [key, values[index]]))
    const write = performance.now() - start
    const reader = make()
    start = performance.now()
    await reader.getMany!(keys)
    peers[writer.name] = { writeMs: round2(write), readMs: round2(performance.now() - start) }
    await raw.flushall()
    await writer.close()
    await reader.close()
  }
  raw.disconnect()
  redis.disconnect()
  return {
    readOverRaw: ratios(times.read, times.rawRead),
    writeOverRaw: ratios(times.write, times.rawWrite),
    bytesPerVector: bytes,
    ms: Object.fromEntries(Object.entries(times).map(([name, list]) => [name, round2(median(list))])),
    peers
  }
}

/** Misses in both layers with 32 under way; ours takes the lock across processes. */
async function coldMisses(port: number) {
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

const ask = <T>(child: ChildProcess, question: object | undefined, key: string): Promise<T> =>
  new Promise((resolve) => {
    const listen = (answer: Record<string, unknown>) => {
      if (!(key in answer)) return
      child.off('message', listen)
      resolve(answer as T)
    }
    child.on('message', listen)
    if (question) child.send(question)
  })

async function processes(port: number) {
  const script = fileURLToPath(new URL('./cache/process.ts', import.meta.url))
  const children = [0, 1].map(() => fork(script, [String(port)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
  await Promise.all(children.map((child) => ask(child, undefined, 'ready')))
  const loads: number[] = []
  const slowest: number[] = []
  for (let key = 0; key < 6; key++) {
    const question = { cold: `cold:${key}`, at: Date.now() + 50 }
    const answers = await Promise.all(children.map((child) => ask<{ loads: number; ms: number }>(child, question, 'loads')))
    loads.push(answers.reduce((sum, answer) => sum + answer.loads, 0))
    slowest.push(Math.max(...answers.map(({ ms }) => ms)))
  }
  const redis = new Redis(port)
  const writer = createCache({ name: 'processes', ttl: '1m', redis, bus: true })
  const seen: number[] = []
  let still = 0
  for (let round = 0; round < 20; round++) {
    const key = `held:${round}`
    await writer.set(key, 'old', { tags: [key] })
    await Promise.all(children.map((child) => ask(child, { hold: key }, 'held')))
    const gone = children.map((child) => ask<{ goneAt: number; still: boolean }>(child, undefined, 'goneAt'))
    const start = Number(process.hrtime.bigint()) / 1e6
    await writer.invalidate({ tags: [key] })
    for (const answer of await Promise.all(gone)) {
      seen.push(answer.goneAt - start)
      if (answer.still) still++
    }
  }
  await writer.close()
  redis.disconnect()
  for (const child of children) child.disconnect()
  return {
    loadsOfSixColdKeys: loads,
    slowestCallerMs: Math.round(Math.max(...slowest)),
    loaderMs: 200,
    invalidation: { medianMs: round2(median(seen)), maxMs: round2(Math.max(...seen)), seen: seen.length, stillServed: still }
  }
}

interface FaultResult {
  requests: number
  slowestMs: number
  overASecond: number
  errors: number
  hung: number
  backAfterMs?: number | undefined
}

/** 100 requests a second over 10 keys, time to live 300 ms, loader 10 ms; the fault lasts three seconds. */
async function fault(rival: Rival, begin: () => unknown, end: () => unknown, back?: () => Promise<boolean>): Promise<FaultResult> {
  const result: FaultResult = { requests: 0, slowestMs: 0, overASecond: 0, errors: 0, hung: 0 }
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
  const timer = setInterval(() => void request(), 10)
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

async function faults() {
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

/** A bus that is cut off for three seconds while another process changes a key. */
async function busOutage(port: number) {
  const freshAfterMs: number[] = []
  for (let round = 0; round < 3; round++) {
    const proxy = await startProxy(port)
    const clients = [new Redis(proxy.port), new Redis(port)]
    for (const client of clients) client.on('error', () => {})
    const [behind, writer] = clients.map((redis) => createCache({ name: `outage${round}`, ttl: '1m', redis, bus: true })) as [Cache, Cache]
    await writer.set('key', 'old')
    while ((await behind.getEntry('key'))?.layer !== 'memory') await pause(5)
    proxy.cut()
    await writer.set('key', 'new')
    await pause(3000)
    if ((await behind.get('key')) === 'new') throw new Error('invalid: the change was heard during the outage')
    proxy.mend()
    const mended = performance.now()
    while ((await behind.get('key')) !== 'new') await pause(2)
    freshAfterMs.push(performance.now() - mended)
    await behind.close()
    await writer.close()
    for (const client of clients) client.disconnect()
    proxy.close()
  }
  return { freshAfterMs: freshAfterMs.map(Math.round) }
}

function claimsOf(found: Partial<Results>): Claim[] {
  const claims: Claim[] = []
  if (found.vectors) {
    claims.push(['256 vectors read, times raw mgetBuffer', found.vectors.readOverRaw.ratio, '<=', 2])
    claims.push(['256 vectors written, times a raw pipeline', found.vectors.writeOverRaw.ratio, '<=', 2.5])
    claims.push(['bytes stored for a vector', found.vectors.bytesPerVector, '<=', 7600])
  }
  if (found.coldMisses) {
    const fastest = Math.max(...Object.entries(found.coldMisses).map(([name, speed]) => (name === 'ours' ? 0 : speed)))
    claims.push(['cold misses with lock, share of the fastest peer without', found.coldMisses['ours']! / fastest, '>=', 0.5])
  }
  if (found.processes) {
    const { loadsOfSixColdKeys, slowestCallerMs, loaderMs, invalidation } = found.processes
    claims.push(['loads of a cold key by two processes with 1000 callers each, the most of six', Math.max(...loadsOfSixColdKeys), '<=', 1])
    claims.push(['slowest of them, ms beyond the loader', slowestCallerMs - loaderMs, '<=', 150])
    claims.push(['invalidation across processes, median ms', invalidation.medianMs, '<=', 5])
  }
  if (found.busOutage) claims.push(['fresh after a bus outage, ms', Math.max(...found.busOutage.freshAfterMs), '<=', 1000])
  for (const [kind, result] of Object.entries(found.faults?.['ours'] ?? {})) {
    if (typeof result === 'string') continue
    claims.push([`Redis ${kind}: requests over a second`, result.overASecond, '<=', 0])
    claims.push([`Redis ${kind}: slowest, ms beyond the loader`, result.slowestMs - 10, '<=', 150])
    claims.push([`Redis ${kind}: errors and hung`, result.errors + result.hung, '<=', 0])
    claims.push([`Redis ${kind}: in use again after, ms`, result.backAfterMs ?? Number.POSITIVE_INFINITY, '<=', 1500])
  }
  return claims
}

interface Results {
  vectors: Awaited<ReturnType<typeof vectors>>
  coldMisses: Awaited<ReturnType<typeof coldMisses>>
  processes: Awaited<ReturnType<typeof processes>>
  busOutage: Awaited<ReturnType<typeof busOutage>>
  faults: Awaited<ReturnType<typeof faults>>
}

const { port, process: server } = await startRedis()
try {
  const parts: { [name in keyof Results]: () => Promise<Results[name]> } = {
    vectors: () => vectors(port),
    coldMisses: () => coldMisses(port),
    processes: () => processes(port),
    busOutage: () => busOutage(port),
    faults
  }
  const results: Partial<Results> = {}
  for (const [name, measure] of Object.entries(parts)) {
    if (process.env['PART'] && process.env['PART'] !== name) continue
    Object.assign(results, { [name]: await measure() })
    say(`${name}: done`)
  }
  report('cache-redis', ROUNDS, { ...results, uncaught }, claimsOf(results))
} finally {
  server.kill('SIGKILL')
}
process.exit(0)
