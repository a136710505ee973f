import type { Server } from 'node:http'
import { describe, expect, it } from 'vitest'
import {
  checkOptions,
  checkService,
  type Duration,
  durationMs,
  isRagError,
  job,
  observeClient,
  observeServer,
  parseTraceparent,
  type RagError
} from '../src/index.js'

function failure(run: () => unknown): RagError {
  try {
    run()
  } catch (error) {
    if (isRagError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('wrong options', () => {
  it.each(['10x', '', 'ten minutes', -1, Number.NaN, '1h30m'])('refuses the duration %j naming option, value and fix', (value) => {
    const error = failure(() => durationMs('ttl', value as Duration))
    expect(error.code).toBe('RAG_CORE_DURATION')
    expect(error.message).toContain('"ttl"')
    expect(error.message).toContain("'10m'")
    expect(error.value).toBe(value)
  })

  it('reads durations', () => {
    expect(['250ms', '30s', '10m', '26h', '7d', 1500].map((value) => durationMs('ttl', value as Duration))).toEqual([
      250, 30_000, 600_000, 93_600_000, 604_800_000, 1500
    ])
  })

  it('names the option that was meant', () => {
    const error = failure(() => checkOptions('createCache', { tll: 1 }, ['name', 'ttl']))
    expect(error.option).toBe('tll')
    expect(error.fix).toContain('"ttl"')
  })

  it.each([undefined, '', 'a\nb', 7])('refuses the service name %j', (service) => {
    expect(failure(() => checkService('observability', service)).code).toBe('RAG_CORE_SERVICE')
  })

  it('throws from job() before the work starts', () => {
    let ran = false
    const error = failure(() =>
      job('backup', { maxAge: 'soon' as Duration }, () => {
        ran = true
      })
    )
    expect(error.option).toBe('maxAge')
    expect(ran).toBe(false)
  })

  it('refuses a client that it does not know', () => {
    expect(failure(() => observeClient(new Map())).message).toContain('Map')
  })

  it('refuses a server that is none, and one that is missing', () => {
    const observe = (server: unknown) => failure(() => observeServer(server as Server, []))
    for (const server of [{}, undefined]) expect(observe(server)).toMatchObject({ code: 'RAG_CORE_CLIENT', option: 'server' })
    expect(observe(undefined).message).toMatch(/"server" is "?missing.*app\.listen/)
  })

  it('recognises an error of another copy by its mark', () => {
    expect(isRagError(Object.assign(new Error('x'), { [Symbol.for('@rag/core/error/1')]: true }))).toBe(true)
    expect(isRagError(new Error('x'))).toBe(false)
  })
})

describe('traceparent', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const spanId = 'b7ad6b7169203331'

  it('reads what the recommendation allows', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, flags: 1 })
    expect(parseTraceparent(`cc-${traceId}-${spanId}-00-later`)).toEqual({ traceId, spanId, flags: 0 })
  })

  it('reads every byte of flags', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte)
    const read = bytes.map((byte) => parseTraceparent(`00-${traceId}-${spanId}-${byte.toString(16).padStart(2, '0')}`)?.flags)
    expect(read).toEqual(bytes)
  })

  it.each([
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
    ` 00-${traceId}-${spanId}-01`,
    `cc-${traceId}-${spanId}-01-${'x'.repeat(600)}`,
    '',
    undefined,
    [`00-${traceId}-${spanId}-01`]
  ])('refuses %j', (header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })
})
