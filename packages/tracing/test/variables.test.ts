// The standard variables as deployments really set them: empty, padded, in capitals, with names of what other SDKs have.
import { gunzipSync } from 'node:zlib'
import { propagation, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startTracing } from '../src/index.js'
import { type Collector, startOtlpCollector } from './backends/collector.js'
import { decodeProtobuf, spansOf } from './backends/otlp.js'
import { bundle, run } from './support.js'

let collector: Collector
beforeEach(async () => {
  collector = await startOtlpCollector()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${collector.port}`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await collector.close()
  trace.disable()
  propagation.disable()
})

async function exported(variables: Record<string, string>): Promise<number> {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  const tracing = startTracing({ service: 'variables', signals: false })
  trace.getTracer('test').startSpan('span').end()
  const { exported: sent } = await tracing.shutdown()
  return sent
}

describe('one span arrives', () => {
  it.each<Record<string, string>>([
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ' ', OTEL_EXPORTER_ZIPKIN_ENDPOINT: '' },
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '' },
    { OTEL_TRACES_SAMPLER: 'toString' },
    { OTEL_TRACES_EXPORTER: 'OTLP, ' },
    { OTEL_PROPAGATORS: 'TraceContext,baggage,' },
    { OTEL_EXPORTER_OTLP_TIMEOUT: '99999999999' },
    { OTEL_SDK_DISABLED: 'no' }
  ])('with %j', async (variables) => {
    expect(await exported(variables)).toBe(1)
    expect(collector.requests).toBe(1)
  })
})

it.each<Record<string, string>>([{ OTEL_SDK_DISABLED: 'TRUE' }, { OTEL_TRACES_SAMPLER: 'Always_Off' }, { OTEL_TRACES_EXPORTER: 'None' }])(
  'nothing is recorded with %j',
  async (variables) => {
    expect(await exported(variables)).toBe(0)
    expect(collector.requests).toBe(0)
  }
)

it('OTEL_EXPORTER_OTLP_COMPRESSION=gzip compresses what is sent, also at the exit of the process', async () => {
  await collector.close()
  const bodies: Buffer[] = []
  collector = await startOtlpCollector((request, response, body) => {
    expect(request.headers['content-encoding']).toBe('gzip')
    bodies.push(gunzipSync(body))
    response.writeHead(200).end()
    return true
  })
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${collector.port}`)
  expect(await exported({ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' })).toBe(1)
  const program = await bundle('./fixtures/spans.ts')
  const child = run([program.path, 'exit'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip'
  })
  await child.ended
  program.remove()
  expect(bodies.flatMap((body) => spansOf(decodeProtobuf(body)))).toHaveLength(51)
})

it('propagators that are not known here are left out, and with them all the default stands', async () => {
  await exported({ OTEL_PROPAGATORS: 'xray,b3' })
  expect(propagation.fields()).toEqual(['b3'])
  propagation.disable()
  await exported({ OTEL_PROPAGATORS: 'xray,ottrace' })
  expect(propagation.fields()).toEqual(['traceparent', 'tracestate'])
})

it('a TLS file that cannot be read is said with its variable', () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_KEY', '/not/there.pem')
  expect(() => startTracing({ service: 'variables' })).toThrow(/RAG_TRACING_TLS.*OTEL_EXPORTER_OTLP_CLIENT_KEY.*Fix: /)
})
