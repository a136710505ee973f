// `--import @rag/tracing/register`: an application that mounts nothing is traced by the `OTEL_*` variables alone, in every form Node runs it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { DecodedSpan } from '../src/test-suite/index.js'
import { type Collector, startOtlpCollector } from './backends/collector.js'
import { decodeProtobuf, spansOf } from './backends/otlp.js'
import { type Bundle, bundle, run } from './support.js'

const bundles: Record<string, Bundle> = {}
let collector: Collector
beforeAll(async () => {
  for (const format of ['cjs', 'esm'] as const) {
    bundles[`register ${format}`] = await bundle('../src/register.ts', format)
    bundles[`app ${format}`] = await bundle('./fixtures/app.ts', format)
  }
})
afterAll(() => {
  for (const one of Object.values(bundles)) one.remove()
})
afterEach(() => collector.close())

async function trace(form: 'cjs' | 'esm', flag: string, mode: string, env: Record<string, string> = {}): Promise<DecodedSpan[]> {
  collector = await startOtlpCollector()
  const child = run([flag, bundles[`register ${form}`]!.path, bundles[`app ${form}`]!.path, mode], {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    OTEL_SERVICE_NAME: 'registered',
    RAG_INCOMING: 'trust',
    ...env
  })
  const { output } = await child.ended
  expect(output).toMatch(/^answered [0-9a-f]{32} /m)
  return collector.bodies.flatMap((body) => spansOf(decodeProtobuf(body)))
}

describe('an application that mounts nothing', () => {
  it.each([
    ['ESM, no other flag', 'esm', '--import', 'serve'],
    ['CommonJS', 'cjs', '--require', 'serve'],
    ['a worker thread', 'cjs', '--require', 'worker'],
    ['a cluster', 'cjs', '--require', 'cluster']
  ] as const)('is one tree of five spans with routes: %s, bundled by esbuild', async (_, form, flag, mode) => {
    const spans = await trace(form, flag, mode)
    const shown = spans.map(({ name, kind, service }) => `${service} ${kind} ${name}`).sort()
    expect(shown.filter((line) => !line.endsWith('unmatched'))).toEqual([
      'registered client GET',
      'registered client GET',
      'registered client GET',
      'registered server GET /inner/:id',
      'registered server GET /inner/:id',
      'registered server GET /lib/:userId/books/:bookId'
    ])
    const root = spans.find(({ parentSpanId }) => parentSpanId === undefined)!
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root.traceId]))
    const ids = new Set(spans.map(({ spanId }) => spanId))
    expect(spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId))).toEqual([])
  })

  it('heeds the standard variables: sampler, resource, format, and off', async () => {
    expect(await trace('cjs', '--require', 'serve', { OTEL_TRACES_SAMPLER: 'always_off' })).toEqual([])
    await collector.close()
    const spans = await trace('cjs', '--require', 'serve', {
      OTEL_SERVICE_NAME: '',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=by%20resource,team=search',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x'
    })
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['by-resource']))
    await collector.close()
    collector = await startOtlpCollector()
    const off = run(['--require', bundles['register cjs']!.path, bundles['app cjs']!.path, 'serve'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OTEL_SDK_DISABLED: 'true'
    })
    expect((await off.ended).output).toMatch(/^answered null /m)
    expect(collector.requests).toBe(0)
  })

  it('runs untraced, with one warning, when a variable cannot be used', async () => {
    collector = await startOtlpCollector()
    const child = run(['--require', bundles['register cjs']!.path, bundles['app cjs']!.path, 'serve'], {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'nowhere'
    })
    const { output, code } = await child.ended
    expect(output).toMatch(/^answered null /m)
    expect(output).toMatch(/RAG_TRACING_REGISTER.*RAG_TRACING_ENDPOINT/)
    expect(code).toBe(0)
  })
})
