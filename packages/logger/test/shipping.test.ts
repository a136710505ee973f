import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { logFields } from '@rag/core/catalogue'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { findServer } from '../../../scripts/servers.mjs'
import { describeWith, type RunningServer, startRsyslog } from '../../../scripts/test-support.js'
import { createLogger, logControl, logObserver } from '../src/index.js'
import {
  createEmfWriter,
  filebeatConfig,
  indexTemplate,
  lifecyclePolicy,
  logrotateConfig,
  policyName,
  rsyslogConfig,
  s3Storage
} from '../src/shipping/index.js'
import { type ElasticsearchStub, mismatch, startElasticsearch } from './elasticsearch-stub.js'
import { createMemory, type Line, parseLines, startFixture } from './support.js'

let directory = ''
const closers: (() => unknown)[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rag-ship-'))
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  rmSync(directory, { recursive: true, force: true })
})

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
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

describeWith(['logrotate'], 'logrotate', () => {
  it('moves the file aside under load, and no line is lost or doubled', async () => {
    const file = join(directory, 'app.log')
    const config = join(directory, 'logrotate.conf')
    writeFileSync(config, logrotateConfig({ service: 's', file }))
    const logger = createLogger({ service: 's', destination: { file } })
    let n = 0
    for (let round = 0; round < 6; round++) {
      for (let turn = 0; turn < 20; turn++) {
        for (let line = 0; line < 20; line++) logger.info({ n: n++ })
        await later(1)
      }
      // A name for each second: rotations of the same second would take the same name.
      execFileSync(findServer('logrotate')!, ['-f', '-s', join(directory, 'state'), config])
      await later(1100)
    }
    await logControl(logger).shutdown(1000)
    const files = readdirSync(directory).filter((name) => name.startsWith('app.log'))
    expect(files.filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(2)
    const texts = files.map((name) => {
      const bytes = readFileSync(join(directory, name))
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    })
    const numbers = parseLines(texts.join('')).map((line) => line['n'] as number)
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, at) => at))
  }, 30_000)
})

describeWith(['rsyslog'], 'rsyslog to a wire-level stub of Elasticsearch', () => {
  interface Shipping {
    stub: ElasticsearchStub
    spool: string
    rsyslog: RunningServer
    /** Starts rsyslog once more, on the same spool. */
    again(): Promise<RunningServer>
    /** Logs numbered lines into files of 64 KB, or as the fixture is told. */
    write(count: number, ...how: string[]): Promise<unknown>
  }

  async function startAll(): Promise<Shipping> {
    const [logs, spool] = [join(directory, 'logs'), join(directory, 'spool')]
    for (const folder of [logs, spool]) mkdirSync(folder)
    const [keyFile, caFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=localhost']
    execFileSync('openssl', ['req', '-x509', ...curve, '-addext', 'subjectAltName=DNS:localhost', '-keyout', keyFile, '-out', caFile], {
      stdio: 'ignore'
    })
    const target = { service: 'rag-engine', file: join(logs, 'app.log') }
    const stub = await startElasticsearch({
      tls: { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(caFile, 'utf8') },
      dataStream: 'logs-rag_engine-default',
      template: indexTemplate(target) as never,
      user: 'rsyslog',
      password: 's3cret'
    })
    closers.push(() => stub.stop())
    const again = async () => {
      const rsyslog = await startRsyslog(rsyslogConfig({ ...target, url: stub.url, caFile, spool }), { ELASTICSEARCH_PASSWORD: 's3cret' })
      closers.push(() => rsyslog.stop())
      return rsyslog
    }
    const write = (count: number, ...how: string[]) => {
      const child = startFixture('ship.ts', [target.file, String(count), ...(how.length > 0 ? how : ['64KB'])])
      closers.push(() => child.kill('SIGKILL'))
      return new Promise((resolve) => child.on('exit', resolve))
    }
    return { stub, spool, rsyslog: await again(), again, write }
  }

  const arrived = async ({ stub }: Shipping, count: number) => {
    for (let n = 0; n < 1000 && stub.documents.size < count; n++) await later(25)
    return stub.documents.size
  }

  it('finds every file that was rotated while it did not run, stood still or was away', async () => {
    const shipping = await startAll()
    const { rsyslog } = shipping
    void shipping.write(1500, '64KB', '1h')
    expect(await arrived(shipping, 100)).toBeGreaterThanOrEqual(100)
    rsyslog.process.kill('SIGSTOP')
    await shipping.write(1500, '64KB', '1h')
    rsyslog.process.kill('SIGCONT')
    expect(await arrived(shipping, 3000)).toBe(3000)
    await rsyslog.stop()
    await shipping.write(1500, '64KB', '1h')
    await shipping.again()
    expect(await arrived(shipping, 4500)).toBe(4500)

    // Lines that are missing come again when their archive is unpacked beside itself.
    const logs = join(directory, 'logs')
    const archive = join(logs, readdirSync(logs).find((name) => name !== 'app.log')!)
    const text = readFileSync(archive, 'utf8')
    rmSync(archive)
    for (const line of parseLines(text)) shipping.stub.documents.delete(line['event.id'] as string)
    expect(shipping.stub.documents.size).toBeLessThan(4500)
    await later(200)
    writeFileSync(archive, text)
    expect(await arrived(shipping, 4500)).toBe(4500)
  }, 120_000)

  it('loses nothing of a large request whose server went away, nor of one that a proxy answered', async () => {
    const shipping = await startAll()
    const { stub, write, rsyslog } = shipping
    // rsyslog finds a thousand lines of 4 KB at once, and a server that is not there yet.
    rsyslog.process.kill('SIGSTOP')
    await stub.stop()
    await write(1000, '64MB', '1h', '4000')
    rsyslog.process.kill('SIGCONT')
    await later(500)
    await stub.start()
    expect(await arrived(shipping, 1000)).toBe(1000)
    stub.mood = 'away'
    await write(300, '64MB')
    while ((stub.refusals.get('bad gateway') ?? 0) < 50) await later(25)
    stub.mood = 'well'
    expect(await arrived(shipping, 1300)).toBe(1300)
  }, 120_000)

  it('delivers every record exactly once, by id and as written, through rotations, outages and refusals', async () => {
    const count = 12_000
    const { stub, write, spool } = await startAll()
    const written = write(count)
    const had = async (documents: number) => {
      for (let n = 0; n < 400 && stub.documents.size < documents; n++) await later(25)
    }
    await had(500)
    stub.mood = 'busy-items'
    await later(700)
    stub.mood = 'busy'
    await later(700)
    stub.mood = 'well'
    await had(stub.documents.size + 500)
    await stub.stop()
    await later(2000)
    await stub.start()
    stub.mood = 'hangs-up'
    await later(1500)
    stub.mood = 'away'
    await later(700)
    stub.mood = 'well'
    await written
    // rsyslog waits ever longer before it tries a refused one again.
    for (let n = 0; n < 2000 && stub.documents.size < count; n++) await later(50)
    // Whatever would come twice has had its time.
    await later(1000)

    expect(existsSync(join(spool, 'rag_engine.rejected')) && readFileSync(join(spool, 'rag_engine.rejected'), 'utf8')).toBe(false)
    const logs = join(directory, 'logs')
    const originals = new Map<string, Line>()
    for (const name of readdirSync(logs)) {
      const bytes = readFileSync(join(logs, name))
      for (const line of parseLines((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()))
        originals.set(line['event.id'] as string, line)
    }
    expect(originals.size).toBe(count)
    expect(readdirSync(logs).length).toBeGreaterThan(50)
    expect(stub.documents.size).toBe(count)
    for (const [id, line] of originals) expect(stub.documents.get(id)).toEqual(line)
    for (const reason of [
      ...['es_rejected_execution_exception', 'circuit_breaking_exception', 'hung up', 'bad gateway'],
      'version_conflict_engine_exception'
    ])
      expect(stub.refusals.get(reason), reason).toBeGreaterThan(0)
  }, 180_000)
})
