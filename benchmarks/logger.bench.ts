// What a request line and a log call cost in CPU against pino with redaction, and what hostile values cost (`--write` puts it into docs/logs.md).
import { closeSync, openSync } from 'node:fs'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { contextOf, createMasker, startOperation, withOperation } from '@rag/core'
import { createLogger, logObserver } from '@rag/logger'
import { pino } from 'pino'
import { pinoHttp } from 'pino-http'
import { table } from './docs.js'
import { publish, withSpread } from './logger/page.js'
import { hostileValues } from './logger/values.js'
import { median, quartiles } from './statistics.js'

const REDACT = ['req.headers.authorization', 'req.headers.cookie', 'password', 'user.token', 'token']
const ROUNDS = 15
const LINES = 4000
const BATCH = 64

const HEADERS = {
  host: 'gateway.example.com',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36',
  accept: 'application/json',
  'accept-language': 'ja,en;q=0.8',
  authorization: `Bearer ${'a1B2c3D4'.repeat(4)}`,
  cookie: 'session=0123456789abcdef; theme=dark',
  'x-forwarded-for': '203.0.113.7'
}
/** Eight fields; what differs from one line to the next in a service differs here too. */
const RECORDS = Array.from({ length: 4096 }, (_, n) => ({
  documentId: `doc-${(0x8f41c2 + n).toString(16)}`,
  index: 'handbook',
  chunks: n % 97,
  bytes: 183_201 + n,
  durationMs: 12.75 + n / 7,
  cached: n % 2 === 0,
  model: 'text-embedding-3-small',
  note: 'x'.repeat(60)
}))
const MESSAGE =
  'the document was split, embedded and written to the index; the old version stays readable until the next refresh of the index, then it is removed with all of its chunks and the cache entries that depend on them'

interface Case {
  readonly name: string
  /** Logs `count` lines, as a server does: batch by batch, each in a turn. */
  run(count: number): Promise<void>
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const file = '/dev/null'

/** Ours writes a line of an operation in the batch, with correlation, all headers and full masking. */
function oursHttp(): Case {
  const logger = createLogger({ service: 'gateway', version: '1.0.0', environment: 'bench', destination: { file }, mask: createMasker() })
  const observer = logObserver(logger, { headers: true })
  return {
    name: 'our request line',
    async run(count) {
      for (let done = 0; done < count; done += BATCH) {
        for (let n = 0; n < BATCH; n++) {
          const operation = startOperation('server', 'GET /users/:id', serverAttributes(done + n), [])
          operation.requestId = `req-${done + n}`
          operation.end('ok')
          observer.end!(operation as never)
        }
        await turn()
      }
    }
  }
}

function serverAttributes(n: number) {
  return {
    method: 'GET',
    route: '/users/:id',
    path: `/users/${n}`,
    query: 'expand=profile&token=abcdef012345',
    scheme: 'http' as const,
    statusCode: 200,
    firstByteMs: 1.2,
    requestBytes: undefined,
    responseBytes: 512,
    peerAddress: '127.0.0.1',
    protocol: '1.1',
    headers: HEADERS,
    special: undefined
  }
}

/** pino-http with five redact paths; its listeners run on a real request and response without a socket behind them. */
function peerHttp(): Case {
  const fd = openSync(file, 'w')
  const middleware = pinoHttp(
    { redact: REDACT, genReqId: (request) => `req-${(request as { n?: number }).n}` },
    pino.destination({ dest: fd, sync: false })
  )
  process.once('exit', () => closeSync(fd))
  return {
    name: 'pino-http, 5 redact paths',
    async run(count) {
      for (let done = 0; done < count; done += BATCH) {
        for (let n = 0; n < BATCH; n++) {
          const request = new IncomingMessage(SOCKET)
          Object.assign(request, {
            method: 'GET',
            url: `/users/${done + n}?expand=profile&token=abcdef012345`,
            headers: HEADERS,
            n: done + n
          })
          const response = new ServerResponse(request)
          middleware(request, response)
          response.emit('finish')
        }
        await turn()
      }
    }
  }
}

const SOCKET = new Socket()

function oursCall(): Case {
  const logger = createLogger({
    service: 'rag-engine',
    version: '1.0.0',
    environment: 'bench',
    destination: { file },
    mask: createMasker()
  })
  return callCase('our log call', logger)
}

function peerCall(name: string, redact: string[]): Case {
  const logger = pino(
    { redact, base: { service: 'rag-engine', version: '1.0.0', environment: 'bench' } },
    pino.destination({ dest: file, sync: false, minLength: 4096 })
  )
  return callCase(name, logger)
}

function callCase(name: string, logger: { info(fields: object, message: string): void }): Case {
  const operation = startOperation('server', 'GET /x', serverAttributes(1), [])
  operation.requestId = 'req-1'
  contextOf(operation as never)
  return {
    name,
    async run(count) {
      for (let done = 0; done < count; done += BATCH) {
        withOperation(operation as never, () => {
          for (let n = 0; n < BATCH; n++) logger.info(RECORDS[(done + n) % RECORDS.length]!, MESSAGE)
        })
        await turn()
      }
    }
  }
}

async function cpuOf(one: Case): Promise<number> {
  const before = process.cpuUsage()
  await one.run(LINES)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / LINES
}

const groups = [
  [oursHttp(), peerHttp()],
  [oursCall(), peerCall('pino, 5 redact paths', REDACT)]
] as const
const report: Record<string, { peer: string; ratio: number; spread: number[]; oursMicroseconds: number; peerMicroseconds: number }> = {}
for (const [ours, peer] of groups) {
  await ours.run(20_000)
  await peer.run(20_000)
  const ratios: number[] = []
  const cost: [number, number][] = []
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 ? [peer, ours] : [ours, peer]
    const figures = new Map<Case, number>()
    for (const one of order) figures.set(one, await cpuOf(one))
    ratios.push(figures.get(ours)! / figures.get(peer)!)
    cost.push([figures.get(ours)!, figures.get(peer)!])
  }
  report[ours.name] = {
    peer: peer.name,
    ratio: median(ratios),
    spread: quartiles(ratios).map((ratio) => Math.round(ratio * 100) / 100),
    oursMicroseconds: median(cost.map(([mine]) => mine)),
    peerMicroseconds: median(cost.map(([, theirs]) => theirs))
  }
}

const values = hostileValues()
const slowest = values.reduce((worst, each) => (each.medianMs > worst.medianMs ? each : worst))
const text = [
  `CPU a line, median of ${ROUNDS} interleaved rounds (quartiles). Ours has correlation, and every field and header passes the masker.`,
  table(
    ['', 'µs', 'rival', 'µs', 'ratio'],
    Object.entries(report).map(([name, { peer, oursMicroseconds, peerMicroseconds, ratio, spread }]) => [
      name,
      oursMicroseconds.toFixed(1),
      peer,
      peerMicroseconds.toFixed(1),
      withSpread(ratio, spread)
    ])
  ),
  `Hostile values, ${values.length} kinds: ${values.filter(({ threw }) => threw).length} threw; the slowest kind takes ${slowest.medianMs.toFixed(2)} ms a call (${slowest.name}); the longest line has ${Math.max(...values.map(({ lineBytes }) => lineBytes)).toLocaleString('en')} bytes.`,
  table(
    ['logged', 'median, ms', 'slowest call, ms', 'line, bytes'],
    values.map(({ name, medianMs, worstMs, lineBytes }) => [name, medianMs.toFixed(2), worstMs.toFixed(2), lineBytes])
  )
].join('\n\n')
publish('logger', text, { ...report, values })
process.exit(0)
