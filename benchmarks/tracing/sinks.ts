// Throughput of a service while its collector is broken, over that with a healthy one: rounds of both, one after the other.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startOtlpCollector } from '../../packages/tracing/test/backends/collector.js'
import { FAULTS, startFaultyCollector } from '../../packages/tracing/test/backends/faults.js'
import { median } from '../statistics.js'

const ROUNDS = Number(process.env['SINK_ROUNDS'] ?? 5)

export async function measureSinks(): Promise<Record<string, { throughputOverHealthy: number; failed: number; grownMiB: number }>> {
  const results: Record<string, { throughputOverHealthy: number; failed: number; grownMiB: number }> = {}
  for (const fault of FAULTS) {
    const [faulty, healthy] = [await startFaultyCollector(fault), await startOtlpCollector()]
    const [broken, well] = [await start(faulty.url), await start(healthy.url)]
    const ratios: number[] = []
    let [failed, grownMiB] = [0, 0]
    for (let round = -1; round < ROUNDS; round++) {
      const first = round % 2 === 0 ? broken : well
      const figures = new Map([[first, await first.load()]])
      const second = first === broken ? well : broken
      figures.set(second, await second.load())
      if (round < 0) continue
      ratios.push(figures.get(well)!.ms / figures.get(broken)!.ms)
      failed += figures.get(broken)!.failed
      grownMiB = figures.get(broken)!.grownMiB
    }
    results[fault] = { throughputOverHealthy: Number(median(ratios).toFixed(3)), failed, grownMiB: Number(grownMiB.toFixed(1)) }
    for (const service of [broken, well]) service.stop()
    for (const collector of [faulty, healthy]) await collector.close()
  }
  return results
}

interface Figures {
  ms: number
  failed: number
  grownMiB: number
}

async function start(url: string): Promise<{ load(): Promise<Figures>; stop(): void }> {
  const child = fork(fileURLToPath(new URL('./service.ts', import.meta.url)), [], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    env: { ...process.env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url, NODE_NO_WARNINGS: '1' }
  })
  await once(child, 'message')
  return {
    async load() {
      child.send('load')
      const [figures] = (await once(child, 'message')) as [Figures]
      return figures
    },
    stop: () => void child.kill('SIGKILL')
  }
}
