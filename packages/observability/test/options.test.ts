// Wrong options throw at once, saying code, option, value and the way out; wrong types do not compile.
import { isRagError, type RagError } from '@rag/core'
import { describe, expect, it, vi } from 'vitest'
import { type ObservabilityOptions, observability } from '../src/index.js'
import { createMemory } from './support.js'

const quiet = { logger: { destination: createMemory() } }

function failure(options: unknown): RagError {
  try {
    void observability(options as ObservabilityOptions).shutdown()
  } catch (error) {
    if (isRagError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

interface Wrong {
  options: unknown
  code: string
  option: string
  value: unknown
  fix: string
}

const wrong: Record<string, Wrong> = {
  'no options': { options: undefined, code: 'RAG_CORE_SERVICE', option: 'service', value: 'missing', fix: "service: 'rag-engine'" },
  'no service': { options: {}, code: 'RAG_CORE_SERVICE', option: 'service', value: 'missing', fix: "service: 'rag-engine'" },
  'an empty service': { options: { service: '' }, code: 'RAG_CORE_SERVICE', option: 'service', value: '', fix: 'short plain name' },
  'a service of two lines': { options: { service: 'a\nb' }, code: 'RAG_CORE_SERVICE', option: 'service', value: 'a\nb', fix: 'plain name' },
  'a bad duration': {
    options: { service: 'a', deadline: 'soon' },
    code: 'RAG_CORE_DURATION',
    option: 'deadline',
    value: 'soon',
    fix: "'10m'"
  },
  'a switch of the logger that is a word': {
    options: { service: 'a', logger: { signals: 'yes' } },
    code: 'RAG_LOGGER_OPTION',
    option: 'signals',
    value: 'yes',
    fix: 'true or false'
  },
  'line ids that are a word': {
    options: { service: 'a', logger: { lineIds: 'x' } },
    code: 'RAG_LOGGER_OPTION',
    option: 'lineIds',
    value: 'x',
    fix: 'true or false'
  },
  'a signal that there is not': {
    options: { service: 'a', logger: { levelOn: { signal: 'SIGFOO' } } },
    code: 'RAG_LOGGER_OPTION',
    option: 'levelOn.signal',
    value: 'SIGFOO',
    fix: 'SIGUSR2'
  },
  'a signal that no process hears': {
    options: { service: 'a', logger: { destination: { file: 'never-opened.log', reopenOn: 'SIGKILL' } } },
    code: 'RAG_LOGGER_OPTION',
    option: 'destination.reopenOn',
    value: 'SIGKILL',
    fix: 'SIGHUP'
  },
  'a file that lasts no time': {
    options: { service: 'a', logger: { destination: { file: 'never-opened.log', rotate: { every: '0s' } } } },
    code: 'RAG_LOGGER_DESTINATION',
    option: 'destination.rotate.every',
    value: '0s',
    fix: "'1d'"
  },
  'a share of lines that is a text': {
    options: { service: 'a', logger: { ...quiet.logger, http: { sample: '1' } } },
    code: 'RAG_LOGGER_OPTION',
    option: 'sample',
    value: '1',
    fix: '0 to 1'
  },
  'a line at the start that is a word': {
    options: { service: 'a', logger: { ...quiet.logger, http: { start: 'x' } } },
    code: 'RAG_LOGGER_OPTION',
    option: 'start',
    value: 'x',
    fix: 'true or false'
  },
  'resources that are a word': {
    options: { service: 'a', ...quiet, metrics: { resources: 'x' } },
    code: 'RAG_METRICS_OPTION',
    option: 'resources',
    value: 'x',
    fix: 'true or false'
  },
  'prices that are a number': {
    options: { service: 'a', ...quiet, llm: { prices: 5 } },
    code: 'RAG_LLM_OPTION',
    option: 'prices',
    value: 5,
    fix: 'per million tokens'
  },
  'an unknown option': {
    options: { service: 'a', loger: false },
    code: 'RAG_CORE_UNKNOWN_OPTION',
    option: 'loger',
    value: false,
    fix: '"logger"'
  },
  'an unknown option that resembles none': {
    options: { service: 'a', colour: 'red' },
    code: 'RAG_CORE_UNKNOWN_OPTION',
    option: 'colour',
    value: 'red',
    fix: 'service, version, environment, logger, metrics, tracing, llm, mask, peers, deadline'
  },
  'an unknown exporter': {
    options: { service: 'a', ...quiet, tracing: { exporter: 'otpl' } },
    code: 'RAG_TRACING_EXPORTER',
    option: 'exporter',
    value: 'otpl',
    fix: 'otlp, zipkin, jaeger, console'
  },
  'an address that is none': {
    options: { service: 'a', ...quiet, tracing: { otlp: { url: 'localhost' } } },
    code: 'RAG_TRACING_ENDPOINT',
    option: 'otlp.url',
    value: 'localhost',
    fix: 'http://localhost:4318'
  },
  'an unknown option of the tracing': {
    options: { service: 'a', ...quiet, tracing: { samplr: 1 } },
    code: 'RAG_CORE_UNKNOWN_OPTION',
    option: 'samplr',
    value: 1,
    fix: '"sampler"'
  },
  'a bad duration of the tracing': {
    options: { service: 'a', ...quiet, tracing: { queue: { delay: '1 second' } } },
    code: 'RAG_CORE_DURATION',
    option: 'queue.delay',
    value: '1 second',
    fix: "'30s'"
  },
  'an unknown level': {
    options: { service: 'a', logger: { level: 'loud' } },
    code: 'RAG_LOGGER_LEVEL',
    option: 'level',
    value: 'loud',
    fix: 'trace, debug, info'
  },
  'a destination that is none': {
    options: { service: 'a', logger: { destination: 'stdot' } },
    code: 'RAG_LOGGER_DESTINATION',
    option: 'destination',
    value: 'stdot',
    fix: "'stdout'"
  },
  'an unknown option of the request line': {
    options: { service: 'a', logger: { ...quiet.logger, http: { header: true } } },
    code: 'RAG_CORE_UNKNOWN_OPTION',
    option: 'header',
    value: true,
    fix: '"headers"'
  },
  'an unknown option of the metrics': {
    options: { service: 'a', ...quiet, metrics: { resource: false } },
    code: 'RAG_CORE_UNKNOWN_OPTION',
    option: 'resource',
    value: false,
    fix: '"resources"'
  },
  'options that are a text': {
    options: 'rag-engine',
    code: 'RAG_CORE_OPTIONS',
    option: 'observability',
    value: 'rag-engine',
    fix: 'pass an object'
  },
  'a version that is no text': {
    options: { service: 'a', version: 5 },
    code: 'RAG_CORE_OPTIONS',
    option: 'version',
    value: 5,
    fix: 'a text'
  },
  'an environment that is no text': {
    options: { service: 'a', environment: null },
    code: 'RAG_CORE_OPTIONS',
    option: 'environment',
    value: null,
    fix: 'a text'
  },
  'a logger that is true': {
    options: { service: 'a', logger: true },
    code: 'RAG_CORE_OPTIONS',
    option: 'logger',
    value: true,
    fix: 'or false'
  },
  'metrics that are null': {
    options: { service: 'a', metrics: null },
    code: 'RAG_CORE_OPTIONS',
    option: 'metrics',
    value: null,
    fix: 'or false'
  },
  'tracing that is a text': {
    options: { service: 'a', tracing: 'otlp' },
    code: 'RAG_CORE_OPTIONS',
    option: 'tracing',
    value: 'otlp',
    fix: 'tracing: {}'
  },
  'a meter that is a list': { options: { service: 'a', llm: [] }, code: 'RAG_CORE_OPTIONS', option: 'llm', value: [], fix: 'llm: {}' },
  'peers that are a text': {
    options: { service: 'a', peers: 'auth' },
    code: 'RAG_CORE_PEERS',
    option: 'peers',
    value: 'auth',
    fix: "'name' }"
  },
  'a request line that is true': {
    options: { service: 'a', logger: { ...quiet.logger, http: true } },
    code: 'RAG_CORE_OPTIONS',
    option: 'logObserver',
    value: true,
    fix: 'headers'
  },
  'headers that are a text': {
    options: { service: 'a', logger: { ...quiet.logger, http: { headers: 'user-agent' } } },
    code: 'RAG_LOGGER_OPTION',
    option: 'headers',
    value: 'user-agent',
    fix: "['user-agent']"
  },
  'quiet paths that are a text': {
    options: { service: 'a', logger: { ...quiet.logger, http: { quiet: '/ping' } } },
    code: 'RAG_LOGGER_OPTION',
    option: 'quiet',
    value: '/ping',
    fix: "['/healthz']"
  },
  'an unknown option of the mask': {
    options: { service: 'a', mask: { key: ['x'] } },
    code: 'RAG_CORE_UNKNOWN_OPTION',
    option: 'key',
    value: ['x'],
    fix: '"keys"'
  }
}

describe('observability() throws for', () => {
  // First, or a listener that another test left would hide one of ours.
  it('every wrong option before it listens to a signal', () => {
    const before = process.listenerCount('SIGTERM')
    for (const { options } of Object.values(wrong)) failure(options)
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })

  it.each(Object.entries(wrong))('%s', (_name, { options, code, option, value, fix }) => {
    const error = failure(options)
    expect(error).toMatchObject({ code, option, value })
    expect(error.fix).toContain(fix)
    expect(error.message).toContain(`[${code}] option "${option}"`)
    expect(error.message).toContain(`Fix: ${error.fix}`)
  })
})

it('needs nothing but the service; a part that is false is a no-op of the same type', async () => {
  const obs = observability({ service: 'a', logger: false, metrics: false, tracing: false, llm: false })
  obs.logger.info('nowhere')
  obs.flag('new-ranker', 'on')
  expect(obs.stage('step', () => 7)).toBe(7)
  expect(await obs.metrics.text()).toBe('')
  expect((await obs.shutdown()).logs).toEqual({ recorded: 0, exported: 0, dropped: 0, queued: 0 })
})

it.each([undefined, 5])('refuses %j as a client, saying which clients there are', async (client) => {
  const obs = observability({ service: 'a', logger: false, tracing: false })
  expect(() => obs.client(client as never)).toThrow(expect.objectContaining({ code: 'RAG_CORE_CLIENT', option: 'client' }))
  await obs.shutdown()
})

it('takes an empty text or variable as one that is not set', async () => {
  vi.stubEnv('NODE_ENV', '')
  const obs = observability({ service: 'a', version: '', environment: '', logger: false, tracing: false })
  expect(await obs.metrics.text()).toMatch(/^rag_build_info\{.*environment="development"/m)
  vi.unstubAllEnvs()
  await obs.shutdown()
})

it('has bound members: they may be taken off freely', async () => {
  const { stage, run, identify, shutdown, fetch: observedFetch, flush, logger } = observability({ service: 'a', ...quiet, tracing: false })
  expect(run({ tenant: 'acme' }, () => stage('step', () => identify({ user: 'u' })))).toBeUndefined()
  await expect(observedFetch('http://127.0.0.1:1/')).rejects.toThrow()
  logger.info('x')
  await flush()
  await shutdown()
})

/** Compiled, never run: each line below an expectation must not compile. */
export function typesOfTheFace(): void {
  // @ts-expect-error the service has no default
  observability({})
  // @ts-expect-error a service is a text
  observability({ service: 7 })
  // @ts-expect-error an unknown option
  observability({ service: 'a', loger: false })
  // @ts-expect-error no such exporter
  observability({ service: 'a', tracing: { exporter: 'otpl' } })
  // @ts-expect-error no duration
  observability({ service: 'a', deadline: 'soon' })
  // @ts-expect-error a part is on by default; there is no true
  observability({ service: 'a', metrics: true })
  // @ts-expect-error the identity comes from the whole
  observability({ service: 'a', tracing: { service: 'b' } })
  // @ts-expect-error no such way to treat a caller
  observability({ service: 'a', tracing: { incoming: 'believe' } })
  const obs = observability({ service: 'a' })
  // @ts-expect-error a tenant is a text
  obs.identify({ tenant: 7 })
  // @ts-expect-error a stage takes a function
  obs.stage('step', { topK: 8 })
  // @ts-expect-error documents are counted
  obs.stage('step', (stage) => stage.set({ documents: 'many' }))
  // @ts-expect-error a port is a number
  void obs.admin({ port: '9464' })
  // @ts-expect-error what the function returns is what the stage returns
  const text: string = obs.stage('step', () => 7)
  void text
}
