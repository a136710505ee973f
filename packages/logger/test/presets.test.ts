import { expect, it } from 'vitest'
import { createLogger, logControl, logObserver } from '../src/index.js'
import { createMemory } from './support.js'

function start(preset: 'ecs' | 'google' | 'pretty') {
  const memory = createMemory()
  return { memory, logger: createLogger({ service: 'gateway', version: '1.0.0', environment: 'test', destination: memory, preset }) }
}

function operation(facts: Record<string, unknown> = {}, attributes: Record<string, unknown> = {}) {
  return {
    kind: 'server',
    name: 'GET /x',
    startTime: Date.UTC(2026, 0, 1),
    durationMs: 3,
    outcome: 'ok',
    requestId: 'r1',
    observers: [],
    marks: [],
    attributes: { method: 'GET', route: '/x', path: '/x', query: '', statusCode: 200, ...attributes },
    ...facts
  } as never
}

it('ECS names its fields as Elastic does, and no caller can take them', () => {
  const { memory, logger } = start('ecs')
  logger.error({ 'trace.id': 'forged', service: 'forged' }, 'said %d', 1)
  expect(memory.last()).toMatchObject({
    'log.level': 'error',
    message: 'said 1',
    'ecs.version': '8.11.0',
    'service.name': 'gateway',
    'service.environment': 'test',
    '_trace.id': 'forged',
    _service: 'forged'
  })
  logger.error(new TypeError('bad'))
  expect(memory.last()).toMatchObject({
    message: 'bad',
    error: { type: 'TypeError', message: 'bad', stack_trace: expect.stringContaining('TypeError: bad') }
  })
  logObserver(logger).end!(operation())
  expect(memory.last()).toMatchObject({
    '@timestamp': '2026-01-01T00:00:00.003Z',
    'http.request.id': 'r1',
    'http.request.method': 'GET',
    'url.original': '/x',
    'http.response.status_code': 200,
    'event.outcome': 'success',
    'event.duration': 3_000_000
  })
})

it('Google finds severity, message and the request', () => {
  const { memory, logger } = start('google')
  logger.warn('careful')
  expect(memory.last()).toMatchObject({ severity: 'WARNING', message: 'careful', serviceContext: { service: 'gateway', version: '1.0.0' } })
  logObserver(logger).end!(operation({}, { responseBytes: 12 }))
  expect(memory.last()).toMatchObject({
    severity: 'INFO',
    httpRequest: { requestMethod: 'GET', requestUrl: '/x', status: 200, latency: '0.003s', responseSize: '12' }
  })
})

it('pretty shows a line for a person in which nothing steers the terminal', () => {
  const { memory, logger } = start('pretty')
  logger.info({ a: 1, text: '\u001b[2J' }, 'hello\u202e')
  expect(memory.text[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}hello\\u202e a=1 text=\\u001b\[2J\n$/)
  logger.error(new Error('bad'))
  expect(memory.text[1]).toMatch(/ERROR bad\n {4}Error: bad\n {8}at /)
  expect(logControl(logger).account().recorded).toBe(2)
})

it('slow requests warn, health checks and the share that is not sampled stay silent, failures never do', () => {
  const memory = createMemory()
  const logger = createLogger({ service: 's', destination: memory })
  const observer = logObserver(logger, { slow: '1s', sample: 0 })
  observer.end!(operation({ durationMs: 1000 }))
  expect(memory.last()).toMatchObject({ level: 'warn', slow: true })
  observer.end!(operation({}, { statusCode: 500 }))
  observer.end!(operation({}, { statusCode: 404 }))
  observer.end!(operation({ outcome: 'aborted' }))
  observer.end!(operation())
  expect(memory.text).toHaveLength(4)
  const all = logObserver(logger)
  all.end!(operation({}, { path: '/health' }))
  expect(memory.text).toHaveLength(4)
  all.end!(operation({}, { path: '/health', statusCode: 503 }))
  expect(memory.text).toHaveLength(5)
  expect(() => logObserver(logger, { sample: 2 })).toThrow('RAG_LOGGER_OPTION')
})
