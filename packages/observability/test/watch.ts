// The SDK with its three exits in reach.
import { type Observability, type ObservabilityOptions, observability } from '../src/index.js'
import { type OtlpSink, startOtlpSink } from './otlp-sink.js'
import { createMemory, type Memory, until } from './support.js'

export interface Watched {
  obs: Observability
  memory: Memory
  sink: OtlpSink
  /** The page of the admin listener. */
  scrape(): Promise<string>
  /** Waits until so many requests have left as lines, values and spans; then gives a late duplicate the time of one more batch. */
  settled(requests: number): Promise<void>
  stop(): Promise<void>
}

/** The SDK as an application makes it, with logs in memory, metrics on its admin listener and spans in a collector. */
export async function watch({ tracing, ...options }: Partial<ObservabilityOptions> = {}): Promise<Watched> {
  const memory = createMemory()
  const sink = await startOtlpSink()
  const obs = observability({
    service: 'under-test',
    logger: { destination: memory },
    tracing: { ...(tracing || {}), exporter: 'otlp', otlp: { url: sink.url } },
    ...options
  })
  const { url } = await obs.admin({ port: 0 })
  const scrape = async () => (await fetch(`${url}/metrics`)).text()
  return {
    obs,
    memory,
    sink,
    scrape,
    async settled(requests) {
      const done = () => memory.requests().length >= requests && sink.servers().length >= requests
      await until(
        async () => {
          await obs.flush()
          return done()
        },
        () => `${requests} requests on every exit; there are ${memory.requests().length} lines and ${sink.servers().length} spans`
      )
      await new Promise((resolve) => setTimeout(resolve, 25))
      await obs.flush()
    },
    async stop() {
      await obs.shutdown()
      await sink.close()
    }
  }
}
