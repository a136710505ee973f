import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findServer } from '../../../scripts/servers.mjs'
import { describeWith, type RunningServer, startRsyslog } from '../../../scripts/test-support.js'
import { createLogger, logControl } from '../src/index.js'
import { indexTemplate, logrotateConfig, rsyslogConfig } from '../src/shipping/index.js'
import { type ElasticsearchStub, startElasticsearch } from './elasticsearch-stub.js'
import { type Line, parseLines, startFixture } from './support.js'

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
