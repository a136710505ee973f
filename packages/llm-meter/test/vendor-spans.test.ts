// Anthropic's client makes spans of its own once a tracer provider is there: one call stays one span and one record.

import Anthropic from '@anthropic-ai/sdk'
import { ProxyTracerProvider, trace } from '@opentelemetry/api'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createMeter, type MeterOptions, type UsageRecord } from '../src/index.js'
import { until } from './support.js'
import { answerAnthropic } from './wire/anthropic.js'
import { startWire, type Wire } from './wire/server.js'

let stub: Wire
let started: string[] = []
beforeAll(async () => {
  stub = await startWire(answerAnthropic)
  const plain = new ProxyTracerProvider()
  trace.setGlobalTracerProvider({
    getTracer(scope) {
      const tracer = plain.getTracer('none')
      return {
        startSpan(name, ...rest) {
          started.push(`${scope}: ${name}`)
          return tracer.startSpan(name, ...rest)
        },
        startActiveSpan: tracer.startActiveSpan.bind(tracer)
      }
    }
  })
})
afterEach(() => {
  started = []
})
afterAll(async () => {
  trace.disable()
  await stub.close()
})

const spanMaker = {
  id: 'spans',
  service: 'test',
  span: () => trace.wrapSpanContext({ traceId: 'a', spanId: 'b', traceFlags: 0 }),
  end() {}
}

async function vendorSpans(options: MeterOptions): Promise<{ vendor: number; records: UsageRecord[] }> {
  const records: UsageRecord[] = []
  const meter = createMeter({ ...options, onUsage: (record) => void records.push(record) })
  const client = meter.wrap(new Anthropic({ apiKey: 'test-key', baseURL: stub.url('normal') }))
  await client.messages.create({ model: 'claude-sonnet-5', max_tokens: 10, messages: [{ role: 'user', content: 'Hallo' }] })
  await until(() => records.length === 1)
  return { vendor: started.length, records }
}

it('without a tracing observer the client keeps its spans, and the call is one record', async () => {
  const { vendor, records } = await vendorSpans({})
  expect(vendor).toBe(1)
  expect(records[0]?.usage.inputTokens).toBe(2006)
})

it('where an observer of ours makes the span, the client makes none', async () => {
  const { vendor, records } = await vendorSpans({ observers: [spanMaker] })
  expect(vendor).toBe(0)
  expect(records).toHaveLength(1)
})

it('`vendorSpans` decides otherwise', async () => {
  expect((await vendorSpans({ observers: [spanMaker], vendorSpans: 'keep' })).vendor).toBe(1)
  started = []
  expect((await vendorSpans({ vendorSpans: 'silence' })).vendor).toBe(0)
})
