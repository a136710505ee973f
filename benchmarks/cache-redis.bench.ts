// The Redis layer beside its peers and raw commands: vectors, cold misses, several processes, and a Redis that dies, stops or is slow.
import { BARE, coldMisses } from './cache/cold.js'
import { faults } from './cache/faults.js'
import { busOutage } from './cache/outage.js'
import { processes } from './cache/processes.js'
import { startRedis } from './cache/redis-server.js'
import { type Aside, type Claim, report } from './cache/report.js'
import { ROUNDS, say } from './cache/settings.js'
import { vectors } from './cache/vectors.js'
import { median } from './statistics.js'

let uncaught = 0
process.on('uncaughtException', () => uncaught++)

function claimsOf(found: Partial<Results>): (Claim | Aside)[] {
  const claims: (Claim | Aside)[] = []
  if (found.vectors) {
    claims.push(['256 vectors read, times raw mgetBuffer', found.vectors.readOverRaw.ratio, '<=', 2])
    claims.push(['256 vectors written, times a raw pipeline', found.vectors.writeOverRaw.ratio, '<=', 2.5])
    claims.push(['bytes stored for a vector', found.vectors.bytesPerVector, '<=', 7600])
  }
  if (found.coldMisses) {
    const { ours, [BARE]: bare, ...peers } = found.coldMisses
    claims.push(['cold misses with lock, a second', ours!, '>=', 15_000])
    claims.push(['the same by bare ioredis, a second', bare!])
    claims.push(['cold misses with lock, share of the median peer without', ours! / median(Object.values(peers)), '>=', 0.5])
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
    claims.push([`Redis ${kind}: slowest, ms beyond the slowest bare loader`, result.slowestMs - result.bareSlowestMs, '<=', 150])
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
  // A part alone would put half a table into the docs.
  if (process.env['PART'] && process.argv.includes('--write')) throw new Error('--write needs all parts')
  report('cache-redis', ROUNDS, { ...results, uncaught }, claimsOf(results), 'cache.md')
} finally {
  server.kill('SIGKILL')
}
process.exit(0)
