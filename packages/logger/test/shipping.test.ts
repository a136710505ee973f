import { logFields } from '@rag/core/catalogue'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createLogger, logControl, logObserver } from '../src/index.js'
import {
  createEmfWriter,
  filebeatConfig,
  indexTemplate,
  lifecyclePolicy,
  policyName,
  rsyslogConfig,
  s3Storage
} from '../src/shipping/index.js'
import { mismatch, type startElasticsearch } from './elasticsearch-stub.js'
import { createMemory, type Line } from './support.js'

type Template = Parameters<typeof startElasticsearch>[0]['template']

/** Every kind of line that the logger writes. */
function everyLine(preset: 'json' | 'ecs'): Line[] {
  const memory = createMemory()
  const logger = createLogger({
    service: 's',
    version: '1',
    environment: 'test',
    preset,
    lineIds: true,
    destination: memory,
    maxLineBytes: 4096
  })
  const operation = (facts: object, attributes: object = {}) =>
    ({
      kind: 'server',
      startTime: 0,
      durationMs: 3.5,
      outcome: 'ok',
      requestId: 'r1',
      identity: { tenant: 'acme', user: 'u1', tags: { plan: 'pro' } },
      span: { spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }) },
      observers: [],
      attributes: {
        method: 'GET',
        route: '/x',
        path: '/x',
        query: 'a=1',
        statusCode: 200,
        firstByteMs: 1.5,
        requestBytes: 3,
        responseBytes: 4,
        headers: { accept: '*/*' },
        ...attributes
      },
      ...facts
    }) as never
  const failure = Object.assign(new AggregateError([new Error('one')], 'both', { cause: new Error('root') }), { code: 'E1' })
  const observer = logObserver(logger, { headers: true, slow: '3ms' })
  observer.end!(operation({}))
  observer.end!(operation({ outcome: 'error', error: failure }, { statusCode: 500 }))
  logger.child({ component: 'retriever' }).error(failure, 'failed')
  logger.info({ a: 'x'.repeat(3000), b: 'y'.repeat(3000) }, 'cut')
  logger.info(
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no')
        }
      }
    ),
    'unreadable'
  )
  return memory.lines()
}

/** Dotted paths down to the fields that the catalogue names. */
function pathsOf(value: unknown, known: ReadonlySet<string>, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || known.has(prefix.slice(0, -1))) return [prefix.slice(0, -1)]
  return Object.entries(value).flatMap(([name, item]) => pathsOf(item, known, `${prefix}${name}.`))
}

describe('the fields of the catalogue', () => {
  it.each(['json', 'ecs'] as const)('are those that %s lines really have, no more and no fewer', (preset) => {
    const named = new Set(logFields.map((field) => field[preset]).filter((name) => name !== null) as string[])
    const emitted = new Set(everyLine(preset).flatMap((line) => pathsOf(line, named)))
    for (const own of ['a', 'b', 'error.fields.code']) emitted.delete(own)
    expect([...emitted].sort()).toEqual([...named].sort())
  })
})

describe('the index template', () => {
  const template = indexTemplate({ service: 'rag-engine' }) as unknown as Template & Line

  it('takes every line of the logger, and gives each field its type', () => {
    const { properties } = template.template.mappings
    for (const line of everyLine('ecs')) expect(mismatch(line, properties, '')).toBeUndefined()
    expect(mismatch({ '@timestamp': 'yesterday' }, properties, '')).toContain('@timestamp')
    expect(mismatch({ http: { response: { status_code: 'many' } } }, properties, '')).toContain('http.response.status_code')
    expect(template).toMatchObject({
      index_patterns: ['logs-rag_engine-default'],
      data_stream: {},
      template: { settings: { 'index.lifecycle.name': policyName('rag-engine') } }
    })
    const typed = JSON.stringify(properties)
    for (const name of ['status_code":{"type":"long"}', '"trace":{"properties":{"id":{"type":"keyword"', '"@timestamp":{"type":"date"}'])
      expect(typed).toContain(name)
  })

  it('has a policy with the times that were asked for', () => {
    expect(lifecyclePolicy({ warmAfter: '2d', deleteAfter: '30d' })).toMatchObject({
      policy: { phases: { warm: { min_age: '2d' }, delete: { min_age: '30d' } } }
    })
    expect(() => lifecyclePolicy({ deleteAfter: 'soon' as never })).toThrow('RAG_CORE_DURATION')
  })
})

describe('every shipper configuration', () => {
  const all = { rsyslog: rsyslogConfig, filebeat: filebeatConfig }
  it.each(Object.entries(all))('of %s has TLS with a checked certificate, and no secret', (_name, make) => {
    const text = make({ service: 'rag-engine', url: 'https://search.example.com:9200', caFile: '/etc/ca.pem' })
    expect(text).toContain('https://search.example.com:9200')
    expect(text).toContain('/etc/ca.pem')
    expect(text).not.toMatch(/http:\/\/|skipverifyhost="on"|allowunsignedcerts="on"|verification_mode: none/)
    expect(text).toMatch(/ELASTICSEARCH_(PASSWORD|API_KEY)/)
  })

  it.each(Object.entries(all))('of %s refuses an address without TLS, with a password, and paths that could break out', (_name, make) => {
    for (const options of [
      { url: 'http://search.example.com' },
      { url: 'https://user:pass@search.example.com' },
      { file: '/var/log/a"b.log' },
      { file: 'relative.log' },
      { file: '/var/log/{a,b}.log' },
      { file: '/var/log/a[1].log' },
      { caFile: '/etc/$(id)' },
      { namespace: 'A B' },
      { service: 'a b' },
      { files: 1 }
    ])
      expect(() => make({ service: 's', ...options } as never)).toThrow(/RAG_(LOGGER_OPTION|CORE_SERVICE|CORE_UNKNOWN_OPTION)/)
  })

  it('of Filebeat is YAML that keeps the id of a line', () => {
    const config = parse(filebeatConfig({ service: 'rag-engine' })) as { 'filebeat.inputs': { paths: string[]; parsers: Line[] }[] } & Line
    const [input] = config['filebeat.inputs']
    expect(input!.parsers[0]).toMatchObject({ ndjson: { document_id: 'event.id', target: '' } })
    expect(input!.paths).toEqual([
      '/var/log/rag-engine/app.log',
      '/var/log/rag-engine/app-[0-9]*Z-[0-9]*.log',
      '/var/log/rag-engine/app.log-[0-9]*[0-9]'
    ])
    expect(config['output.elasticsearch']).toMatchObject({ ssl: { verification_mode: 'full' }, index: 'logs-rag_engine-default' })
  })

  // https://www.elastic.co/docs/reference/beats/filebeat/filebeat-input-filestream and the pages of the processors, the output, TLS and the queue.
  const FILEBEAT_OPTIONS = new Set([
    ...['inputs', 'inputs.type', 'inputs.id', 'inputs.paths', 'inputs.parsers'].map((name) => `filebeat.${name}`),
    ...['file_identity.fingerprint', ...['enabled', 'length'].map((name) => `prospector.scanner.fingerprint.${name}`)].map(
      (name) => `filebeat.inputs.${name}`
    ),
    ...['', '.target', '.document_id', '.expand_keys', '.overwrite_keys', '.add_error_key'].map(
      (name) => `filebeat.inputs.parsers.ndjson${name}`
    ),
    ...['', '.when', '.when.not', '.when.not.has_fields'].map((name) => `processors.drop_event${name}`),
    'processors',
    ...['', '.hosts', '.api_key', '.index', '.ssl'].map((name) => `output.elasticsearch${name}`),
    ...['certificate_authorities', 'verification_mode', 'supported_protocols'].map((name) => `output.elasticsearch.ssl.${name}`),
    ...['setup.template.enabled', 'setup.ilm.enabled', 'queue.disk.max_size']
  ])

  function optionsIn(value: unknown, at: string): string[] {
    if (Array.isArray(value)) return value.flatMap((item) => (typeof item === 'object' ? optionsIn(item, at) : []))
    if (typeof value !== 'object' || value === null) return []
    return Object.entries(value).flatMap(([key, held]) => {
      const path = at === '' ? key : `${at}.${key}`
      return [path, ...optionsIn(held, path)]
    })
  }

  it('of Filebeat knows a file by its beginning, which the shortest line has too', () => {
    const memory = createMemory()
    const logger = createLogger({ service: 's', preset: 'ecs', destination: memory })
    logger.info('')
    logger.info({})
    const shortest = Math.min(...memory.text.map((line) => line.length))
    const [input] = (parse(filebeatConfig({ service: 's' })) as { 'filebeat.inputs': Line[] })['filebeat.inputs']
    const length = input!['prospector.scanner.fingerprint.length'] as number
    // Filebeat takes no less than 64 bytes.
    expect(length).toBeGreaterThanOrEqual(64)
    expect(length).toBeLessThan(shortest)
    expect(memory.text[0]!.slice(0, length)).toContain(memory.lines()[0]!['@timestamp'])
  })

  it('of Filebeat has options that Filebeat documents, and no others', () => {
    const names = optionsIn(parse(filebeatConfig({ service: 'rag-engine' })), '')
    expect(names.filter((name) => !FILEBEAT_OPTIONS.has(name))).toEqual([])
    expect(names.length).toBeGreaterThan(20)
  })

  it('of Filebeat keeps every line and leaves out half a line, as its ndjson parser and drop_event do it', () => {
    const memory = createMemory()
    createLogger({ service: 's', preset: 'ecs', destination: memory }).info('kept')
    const config = parse(filebeatConfig({ service: 's' })) as {
      'filebeat.inputs': { parsers: { ndjson: { document_id: string } }[] }[]
      processors: { drop_event: { when: { not: { has_fields: string[] } } } }[]
    }
    const { document_id } = config['filebeat.inputs'][0]!.parsers[0]!.ndjson
    const needed = config.processors[0]!.drop_event.when.not.has_fields
    // The parser moves the id from the record to the metadata of the event; for half a line it leaves `error` alone.
    const { [document_id]: id, ...fields } = memory.last()
    expect(id).toMatch(/^[0-9a-f]+-/)
    expect(needed.every((name) => name in fields)).toBe(true)
    expect(needed.every((name) => name in { error: { type: 'json' }, message: '{"@time' })).toBe(false)
  })

  it('of S3 refuses requests without TLS and an order of days that S3 refuses', () => {
    const { lifecycle, policy } = s3Storage({ bucket: 'rag-logs', deleteAfterDays: 400 })
    expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"')
    expect(lifecycle).toMatchObject({ Rules: [{ Expiration: { Days: 400 }, Transitions: [{ Days: 30 }, { Days: 90 }] }] })
    for (const wrong of [{ bucket: 'A' }, { bucket: 'ok-bucket', rareAfterDays: 7 }, { bucket: 'ok-bucket', deleteAfterDays: 60 }])
      expect(() => s3Storage(wrong)).toThrow('RAG_LOGGER_OPTION')
  })
})

/** What CloudWatch refuses in a line of the embedded metric format, by its specification. */
function emfProblem(line: Line): string | undefined {
  const aws = line['_aws'] as {
    Timestamp?: number
    CloudWatchMetrics?: { Namespace?: string; Dimensions?: string[][]; Metrics?: Line[] }[]
  }
  if (!Number.isSafeInteger(aws?.Timestamp)) return 'Timestamp'
  for (const { Namespace, Dimensions, Metrics } of aws.CloudWatchMetrics ?? [{}]) {
    if (!Namespace || !/^[\w.\-/#:]{1,255}$/.test(Namespace)) return 'Namespace'
    if (!Metrics || Metrics.length < 1 || Metrics.length > 100) return 'Metrics'
    for (const set of Dimensions ?? []) {
      if (set.length > 30) return 'too many dimensions'
      for (const name of set)
        if (typeof line[name] !== 'string' || line[name] === '' || line[name].length > 1024) return `dimension ${name}`
    }
    for (const { Name, Unit } of Metrics) {
      if (typeof line[String(Name)] !== 'number') return `metric ${String(Name)}`
      if (!['Seconds', 'Milliseconds', 'Bytes', 'Count', 'None'].includes(String(Unit))) return `unit ${String(Unit)}`
    }
  }
  return undefined
}

describe('CloudWatch', () => {
  it('gets the figures of sources as lines that its specification takes, counters as what came since', async () => {
    const memory = createMemory()
    const emf = createEmfWriter({ service: 's', namespace: 'Search', destination: memory })
    const logger = createLogger({ service: 's', destination: createMemory() })
    emf.observer.source!(logControl(logger).source)
    emf.observer.source!({
      read() {
        throw new Error('broken')
      }
    })
    emf.observer.source!({ read: (emit) => emit('rag_telemetry_queued', Number.NaN, { signal: 'traces' }) })
    const warned = () =>
      memory
        .lines()
        .filter((line) => line['level'] === 'warn' && line['component'] === 'none')
        .at(-1)!['rag_log_events_total']
    logger.warn('a')
    logger.warn('b')
    emf.write()
    expect(warned()).toBe(2)
    logger.warn('c')
    emf.write()
    expect(warned()).toBe(1)
    for (const line of memory.lines()) expect(emfProblem(line)).toBeUndefined()
    expect(emfProblem({ ...memory.last(), service: '' })).toBe('dimension service')
    await emf.close()
    expect(() => createEmfWriter({ service: 's', namespace: 'AWS/x' })).toThrow('RAG_LOGGER_OPTION')
  })

  it('gets metrics out of request lines in the preset cloudwatch', () => {
    const memory = createMemory()
    const logger = createLogger({ service: 's', environment: 'test', destination: memory, preset: 'cloudwatch' })
    logObserver(logger).end!({
      kind: 'server',
      startTime: 0,
      durationMs: 3,
      outcome: 'error',
      observers: [],
      attributes: { method: 'GET', route: '/x', path: '/x', query: '', statusCode: 500, responseBytes: 9 }
    } as never)
    expect(emfProblem(memory.last())).toBeUndefined()
    expect(memory.last()).toMatchObject({ service: 's', route: '/x', durationMs: 3, errors: 1, requests: 1, responseBytes: 9 })
    logger.info({ _aws: { forged: true } }, 'no request')
    expect(memory.last()).not.toHaveProperty('_aws')
  })
})
