// What a second and a third middleware cost once the first has started the pass, with observers that do nothing.
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { drain, type Observer } from '@rag/core'
import { type ExpressMiddleware, observeExpress } from '@rag/core/express'
import { median, quartiles } from './statistics.js'

const ROUNDS = 31
const REQUESTS = 20_000
const HEADERS = { host: '127.0.0.1', accept: 'application/json', 'user-agent': 'bench', 'x-request-id': 'req-1' }

const idle = (id: string): Observer => ({ id, service: 'bench', end() {} })
const one = [observeExpress([idle('logs')])]
const joined = ['logs', 'metrics', 'traces'].map((id) => observeExpress([idle(id)]))

/** A request without a socket: what is measured is the pass and nothing else. */
function exchange(): { request: IncomingMessage; response: ServerResponse } {
  const request = { method: 'GET', url: '/users/42?page=2', headers: HEADERS, httpVersion: '1.1', socket: { remoteAddress: '127.0.0.1' } }
  const response = Object.assign(new EventEmitter(), {
    req: request,
    headersSent: false,
    statusCode: 200,
    writableFinished: true,
    getHeader: () => undefined,
    hasHeader: () => false,
    setHeader() {},
    writeHead() {
      this.headersSent = true
    }
  })
  return { request: request as unknown as IncomingMessage, response: response as unknown as ServerResponse }
}

function serve({ request, response }: ReturnType<typeof exchange>, middlewares: readonly ExpressMiddleware[]): void {
  let at = 0
  const next = () => {
    const middleware = middlewares[at++]
    if (middleware) middleware(request, response, next)
    else response.writeHead(200)
  }
  next()
  response.emit('close')
}

const CASES: Record<string, () => void> = {
  none: () => serve(exchange(), []),
  one: () => serve(exchange(), one),
  joined: () => serve(exchange(), joined),
  // Three libraries that know nothing of each other: a pass each, over a request each.
  independent: () => {
    for (const middleware of joined) serve(exchange(), [middleware])
  },
  'none, three times': () => {
    for (let count = 0; count < 3; count++) serve(exchange(), [])
  }
}

const nanoseconds: Record<string, number[]> = {}
for (let round = -3; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(CASES).sort(() => Math.random() - 0.5)) {
    const start = performance.now()
    for (let count = 0; count < REQUESTS; count++) {
      run()
      if (count % 64 === 0) drain()
    }
    drain()
    if (round < 0) continue
    nanoseconds[name] ??= []
    nanoseconds[name].push(((performance.now() - start) * 1e6) / REQUESTS)
  }
}

const over = (name: string, base: string) => nanoseconds[name]!.map((value, round) => value - nanoseconds[base]![round]!)
const [single, three, apart] = [over('one', 'none'), over('joined', 'none'), over('independent', 'none, three times')]
const ratio = (a: number[], b: number[]) => {
  const ratios = a.map((value, round) => value / b[round]!)
  return { median: Number(median(ratios).toFixed(3)), spread: quartiles(ratios).map((value) => Number(value.toFixed(3))) }
}
const result = { case: 'pass', node: process.version, joinedOverOne: ratio(three, single), joinedOverIndependent: ratio(three, apart) }
process.stdout.write(`${JSON.stringify(result, null, process.argv.includes('--json') ? undefined : 2)}\n`)
