import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createLogger, logControl, logObserver } from '../src/index.js'
import { runFixture } from './support.js'

interface LogRecord {
  timeUnixNano: string
  observedTimeUnixNano: string
  severityNumber?: number
  severityText?: string
  body?: object
  attributes?: { key: string; value: object }[]
  traceId?: string
  spanId?: string
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A wire-level stub of an OTLP/HTTP collector: refuses what its decoder refuses, and answers as it is told. */
async function startCollector() {
  const records: LogRecord[] = []
  const resources: object[] = []
  const headers: IncomingMessage['headers'][] = []
  let answer: ((response: ServerResponse, taken: LogRecord[]) => boolean) | undefined
  const handle = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    headers.push(request.headers)
    const end = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.method !== 'POST' || request.url !== '/v1/logs') return void end(404, {})
    if (request.headers['content-type'] !== 'application/json') return void end(415, {})
    let batch: LogRecord[]
    try {
      const body = JSON.parse(text) as { resourceLogs: { resource: object; scopeLogs: { scope: object; logRecords: LogRecord[] }[] }[] }
      only(body, ['resourceLogs'])
      batch = body.resourceLogs.flatMap((group) => {
        only(group, ['resource', 'scopeLogs', 'schemaUrl'])
        resources.push(group.resource)
        return group.scopeLogs.flatMap(({ scope, logRecords, ...rest }) => {
          only(rest, ['schemaUrl'])
          only(scope, ['name', 'version', 'attributes'])
          return logRecords
        })
      })
      for (const record of batch) checkRecord(record)
    } catch (error) {
      return void end(400, { message: (error as Error).message })
    }
    if (answer?.(response, batch)) return
    records.push(...batch)
    end(200, {})
  }
  let server: Server
  let port = 0
  const start = () =>
    new Promise<void>((resolve) => {
      server = createServer((request, response) => {
        let text = ''
        request.on('data', (chunk) => (text += chunk))
        request.on('end', () => handle(request, response, text))
      }).listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port
        resolve()
      })
    })
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await start()
  closers.push(() => stop())
  return {
    url: `http://127.0.0.1:${port}/v1/logs`,
    records,
    resources,
    headers,
    start,
    stop,
    answerWith: (how: typeof answer) => (answer = how)
  }
}

function only(value: object, names: readonly string[]): void {
  for (const name of Object.keys(value)) if (!names.includes(name)) throw new Error(`unknown field ${name}`)
}

function checkRecord(record: LogRecord): void {
  const known = [
    'timeUnixNano',
    'observedTimeUnixNano',
    'severityNumber',
    'severityText',
    'body',
    'attributes',
    'traceId',
    'spanId',
    'flags'
  ]
  only(record, known)
  for (const time of [record.timeUnixNano, record.observedTimeUnixNano]) if (!/^\d{16,19}$/.test(time)) throw new Error(`time ${time}`)
  if (record.severityNumber !== undefined && !(record.severityNumber >= 0 && record.severityNumber <= 24)) throw new Error('severityNumber')
  if (record.traceId !== undefined && !/^[0-9a-f]{32}$/.test(record.traceId)) throw new Error('traceId')
  if (record.spanId !== undefined && !/^[0-9a-f]{16}$/.test(record.spanId)) throw new Error('spanId')
  if (record.body) checkValue(record.body)
  for (const { key, value } of record.attributes ?? []) {
    if (typeof key !== 'string' || key === '') throw new Error('key')
    checkValue(value)
  }
}

function checkValue(value: object): void {
  const entries = Object.entries(value) as [string, never][]
  if (entries.length > 1) throw new Error('two values')
  for (const [kind, inner] of entries) {
    if (kind === 'stringValue' && typeof inner === 'string') continue
    if (kind === 'boolValue' && typeof inner === 'boolean') continue
    if (kind === 'intValue' && /^-?\d+$/.test(inner)) continue
    if (kind === 'doubleValue' && typeof inner === 'number') continue
    const { values } = inner as { values: { key?: string; value?: object }[] }
    if (kind === 'arrayValue') for (const item of values) checkValue(item)
    else if (kind === 'kvlistValue') for (const item of values) checkValue(item.value!)
    else throw new Error(`value ${kind}`)
  }
}

function attributesOf(record: LogRecord): Record<string, unknown> {
  return Object.fromEntries((record.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]))
}

it('records carry time, severity, ids and attributes by the conventions, and a resource that says who speaks', async () => {
  const collector = await startCollector()
  const logger = createLogger({
    service: 'rag-engine',
    version: '1.2.3',
    environment: 'test',
    lineIds: true,
    destination: { otlp: collector.url, headers: { 'x-key': 'k' } }
  })
  const failure = new TypeError('no index', { cause: new Error('root') })
  logger.warn({ n: 1, share: 0.5, ok: true, list: [1, 'a'], deep: { a: null, b: { c: 1 } } }, 'said')
  logger.error(failure)
  logObserver(logger).end!({
    kind: 'server',
    startTime: Date.UTC(2026, 0, 1),
    durationMs: 3.25,
    outcome: 'ok',
    requestId: 'r1',
    span: { spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }) },
    observers: [],
    attributes: { method: 'GET', route: '/x', path: '/x', query: '', statusCode: 200 }
  } as never)
  expect(await logControl(logger).shutdown(2000)).toEqual({ recorded: 3, exported: 3, dropped: 0, queued: 0 })
  const [said, failed, request] = collector.records
  expect(said).toMatchObject({ severityNumber: 13, severityText: 'warn', body: { stringValue: 'said' } })
  expect(attributesOf(said!)).toMatchObject({ n: '1', share: 0.5, ok: true, 'log.record.uid': expect.stringMatching(/-0$/) })
  expect(attributesOf(failed!)).toMatchObject({
    'exception.type': 'TypeError',
    'exception.message': 'no index',
    'exception.stacktrace': expect.stringContaining('otlp.test'),
    'rag.error.fingerprint': expect.stringMatching(/^[0-9a-f]{16}$/)
  })
  expect(request).toMatchObject({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), timeUnixNano: `${Date.UTC(2026, 0, 1) + 3}000000` })
  expect(attributesOf(request!)).toMatchObject({
    'http.request.method': 'GET',
    'http.route': '/x',
    'http.response.status_code': '200',
    'http.request.id': 'r1'
  })
  expect(JSON.stringify(collector.resources[0])).toMatch(
    /"service.name".*rag-engine.*"service.version".*1\.2\.3.*"deployment.environment.name".*test/
  )
  expect(collector.headers[0]!['x-key']).toBe('k')
})

it('what a collector refuses for a while is sent again in order, and what it takes is counted once', async () => {
  const collector = await startCollector()
  let calls = 0
  collector.answerWith((response) => {
    calls++
    if (calls === 1) response.writeHead(429, { 'retry-after': '0' }).end()
    else if (calls === 2) response.writeHead(503).end()
    else if (calls === 3) response.socket!.destroy()
    return calls <= 3
  })
  const logger = createLogger({ service: 's', destination: { otlp: collector.url } })
  for (let n = 0; n < 1200; n++) logger.info({ n }, 'line')
  await logControl(logger).flush()
  expect(logControl(logger).account()).toEqual({ recorded: 1200, exported: 1200, dropped: 0, queued: 0 })
  expect(collector.records.map((record) => Number(attributesOf(record)['n']))).toEqual(Array.from({ length: 1200 }, (_, n) => n))
  expect(calls).toBeGreaterThan(3)
})

it('a collector that is down costs nothing until the queue is full, and is found again', async () => {
  const collector = await startCollector()
  await collector.stop()
  const logger = createLogger({ service: 's', destination: { otlp: collector.url } })
  const control = logControl(logger)
  const text = 'x'.repeat(7000)
  for (let n = 0; n < 1500; n++) logger.info({ n, text }, 'line')
  await new Promise((resolve) => setTimeout(resolve, 100))
  const { recorded, dropped, queued } = control.account()
  expect(recorded).toBe(1500)
  expect(dropped).toBeGreaterThan(200)
  expect(queued + dropped).toBe(1500)
  await collector.start()
  await control.flush()
  expect(control.account()).toEqual({ recorded: 1500, exported: 1500 - dropped, dropped, queued: 0 })
  expect(collector.records).toHaveLength(1500 - dropped)
}, 30_000)

it('records that are rejected are counted, alone or as a whole request, and not sent again', async () => {
  const collector = await startCollector()
  let calls = 0
  collector.answerWith((response) => {
    calls++
    if (calls === 1) response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{"rejectedLogRecords":"2"}}')
    else response.writeHead(400).end()
    return true
  })
  const logger = createLogger({ service: 's', destination: { otlp: collector.url } })
  const control = logControl(logger)
  for (let n = 0; n < 5; n++) logger.info('line')
  await control.flush()
  expect(control.account()).toEqual({ recorded: 5, exported: 3, dropped: 2, queued: 0 })
  logger.info('line')
  await control.flush()
  expect(control.account()).toEqual({ recorded: 6, exported: 3, dropped: 3, queued: 0 })
  const reasons: Record<string, number> = {}
  control.source.read((name, value, labels) => {
    if (name === 'rag_telemetry_dropped_total') reasons[String(labels!['reason'])] = value
  })
  expect(reasons).toMatchObject({ rejected: 3, queue_full: 0, shutdown: 0 })
})

it('a collector that never answers, or answers garbage without end, delays no shutdown', async () => {
  for (const how of ['silent', 'garbage'] as const) {
    const collector = await startCollector()
    collector.answerWith((response) => {
      if (how === 'garbage') {
        response.writeHead(200)
        const timer = setInterval(() => response.write('x'.repeat(50_000)), 1)
        response.on('close', () => clearInterval(timer))
      }
      return true
    })
    const logger = createLogger({ service: 's', destination: { otlp: collector.url } })
    logger.info('line')
    const started = performance.now()
    const account = await logControl(logger).shutdown(300)
    expect(performance.now() - started).toBeLessThan(5000)
    expect(account).toMatchObject(how === 'silent' ? { exported: 0, dropped: 1 } : { exported: 1, dropped: 0 })
  }
})

it.each([
  ['return', 0],
  ['exit', 3],
  ['throw', 1]
])(
  'an exit by %s sends what is left',
  async (how, code) => {
    const collector = await startCollector()
    const ended = await runFixture('otlp-exit.ts', [collector.url, how])
    expect(ended.code).toBe(code)
    const numbers = new Set(collector.records.map((record) => Number(attributesOf(record)['n'])))
    expect(numbers.size).toBe(700)
  },
  30_000
)

it('an exit with a collector that is away is not held up', async () => {
  const collector = await startCollector()
  await collector.stop()
  const started = performance.now()
  expect((await runFixture('otlp-exit.ts', [collector.url, 'exit'])).code).toBe(3)
  expect(performance.now() - started).toBeLessThan(15_000)
}, 30_000)

it('wrong options and another preset throw', () => {
  for (const [destination, preset, code] of [
    [{ otlp: 'collector:4317' }, 'json', 'RAG_LOGGER_DESTINATION'],
    [{ otlp: 'http://c:4318/v1/logs', header: {} }, 'json', 'RAG_CORE_UNKNOWN_OPTION'],
    [{ otlp: true, timeout: 'soon' }, 'json', 'RAG_CORE_DURATION'],
    [{ otlp: true }, 'ecs', 'RAG_LOGGER_DESTINATION']
  ] as const)
    expect(() => createLogger({ service: 's', preset, destination: destination as never })).toThrow(code)
})
