// A service whose collector is broken beside one whose collector is well: throughput, failures, heap, when exports resume, how long SIGTERM takes.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { startOtlpCollector } from '../../packages/tracing/test/backends/collector.js'
import { FAULTS, startFaultyCollector } from '../../packages/tracing/test/backends/faults.js'
import { median, quartiles } from '../statistics.js'

const ROUNDS = Number(process.env['SINK_ROUNDS'] ?? 11)
const WARM_UP = 2
const REQUESTS = 2000

export interface SinkRow {
  throughputOverHealthy: { median: number; quartiles: [number, number] }
  failed: number
  grownMiB: number
  /** Undefined for collectors that were never ill. */
  resumedMs?: number
  exitMs: number
}

/** What a service sends to; one that is down or broken can be made well and ill again. */
interface Sink {
  url: string
  received(): number
  heal(): Promise<void>
  relapse(): Promise<void>
  close(): Promise<void>
}

interface Figures {
  cpuMs: number
  failed: number
  grownMiB: number
}

interface Service {
  name: string
  sink: Sink
  process: ChildProcess
  rounds: Figures[]
}

const healthy = (name: string): boolean => name.startsWith('healthy')

export async function measureSinks(): Promise<Record<string, SinkRow>> {
  // The second healthy one shows how far the measurement itself strays from 1.
  const services = await Promise.all(['healthy', 'healthy, again', 'down', ...FAULTS].map(start))
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const service of shuffled(services)) {
      const figures = await load(service, REQUESTS)
      if (round >= 0) service.rounds.push(figures)
    }
    process.stderr.write(`sinks: round ${Math.max(round + 1, 0)} of ${ROUNDS}\n`)
  }
  const [well] = services
  const rows: Record<string, SinkRow> = {}
  for (const service of services) {
    const ratios = service.rounds.map(({ cpuMs }, round) => well!.rounds[round]!.cpuMs / cpuMs)
    const [low, high] = quartiles(ratios)
    const resumedMs = healthy(service.name) ? undefined : await resume(service)
    rows[service.name] = {
      throughputOverHealthy: { median: rounded(median(ratios), 3), quartiles: [rounded(low, 3), rounded(high, 3)] },
      failed: service.rounds.reduce((sum, { failed }) => sum + failed, 0),
      grownMiB: rounded(service.rounds.at(-1)!.grownMiB, 1),
      ...(resumedMs !== undefined && { resumedMs }),
      exitMs: await terminate(service)
    }
    await service.sink.close()
  }
  return rows
}

async function start(name: string): Promise<Service> {
  const sink = await startSink(name)
  const child = fork(fileURLToPath(new URL('./service.ts', import.meta.url)), [], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    env: { ...process.env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: sink.url, NODE_NO_WARNINGS: '1' }
  })
  await once(child, 'message')
  return { name, sink, process: child, rounds: [] }
}

async function startSink(name: string): Promise<Sink> {
  if (name === 'down') return startDown()
  const fault = FAULTS.find((known) => known === name)
  const nothing = async (): Promise<void> => {}
  if (fault === undefined) {
    const { url, bodies, close } = await startOtlpCollector()
    return { url, received: () => bodies.length, heal: nothing, relapse: nothing, close }
  }
  const { url, bodies, heal, relapse, close } = await startFaultyCollector(fault)
  return { url, received: () => bodies.length, heal: async () => heal(), relapse: async () => relapse(), close }
}

/** Nobody listens, until it is healed. */
async function startDown(): Promise<Sink> {
  let received = 0
  const server = createServer((request, response) => {
    received++
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end())
  })
  const listen = async (port: number): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return (server.address() as { port: number }).port
  }
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const port = await listen(0)
  await close()
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    received: () => received,
    heal: async () => void (await listen(port)),
    relapse: close,
    close: async () => {}
  }
}

async function load({ process: child }: Service, requests: number): Promise<Figures> {
  child.send(requests)
  const [figures] = (await once(child, 'message')) as [Figures]
  return figures
}

/** From healing to the first spans that arrive, while requests go on. */
async function resume(service: Service): Promise<number> {
  const before = service.sink.received()
  await service.sink.heal()
  const healed = performance.now()
  while (service.sink.received() === before) {
    await load(service, 5)
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (performance.now() - healed > 20_000) throw new Error(`${service.name}: exports did not resume`)
  }
  return Math.round(performance.now() - healed)
}

/** From SIGTERM to the end, with spans that wait and the fault back. */
async function terminate(service: Service): Promise<number> {
  await service.sink.relapse()
  await load(service, 50)
  const sent = performance.now()
  service.process.kill('SIGTERM')
  await once(service.process, 'exit')
  return Math.round(performance.now() - sent)
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
