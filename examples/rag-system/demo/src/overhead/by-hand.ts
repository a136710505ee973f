// The records of requests, calls and stages by hand, with hardly anything in between: a context, a header, a line, an array of counts, a plain object for a span. Nothing is masked, checked, bounded, metered or accounted for.
import { AsyncLocalStorage } from 'node:async_hooks'
import { request as post } from 'node:http'

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string | undefined
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  endTimeUnixNano?: string
  attributes?: readonly object[]
}
/** A span, and when it began by the clock that only goes forward. */
interface Begun {
  readonly span: Span
  readonly start: number
}
export interface Request {
  readonly method?: string
  readonly url?: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}
export interface Response {
  readonly statusCode: number
  once(event: 'close', listener: () => void): unknown
}
type Log = { info(fields: object, text: string): void }

const [INTERNAL, SERVER, CLIENT] = [1, 2, 3]
const [OK, ERROR] = [1, 2]
/** Seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

export function recordByHand(service: string, logger: Log) {
  const storage = new AsyncLocalStorage<Span>()
  const keep = exportSpans(service)
  const histograms = new Map<string, Uint32Array>()
  const observe = (labels: string, seconds: number) => {
    let counts = histograms.get(labels)
    if (!counts) histograms.set(labels, (counts = new Uint32Array(BUCKETS.length + 1)))
    let bucket = 0
    while (seconds > BUCKETS[bucket]!) bucket++
    counts[bucket]!++
  }

  const begin = (name: string, kind: number, parent?: Pick<Span, 'traceId' | 'spanId'>): Begun => ({
    span: {
      traceId: parent?.traceId ?? hex(4),
      spanId: hex(2),
      parentSpanId: parent?.spanId,
      name,
      kind,
      startTimeUnixNano: now()
    },
    start: performance.now()
  })
  const end = ({ span, start }: Begun, status: number): number => {
    const ms = performance.now() - start
    span.endTimeUnixNano = now()
    span.attributes = [{ key: 'status', value: { intValue: status } }]
    keep(span)
    observe(`${span.kind} ${span.name} ${status}`, ms / 1000)
    return ms
  }
  const until = <T>(begun: Begun, made: T): T => {
    const ended = (status: number) => () => void end(begun, status)
    if (made instanceof Promise) made.then(ended(OK), ended(ERROR))
    else end(begun, OK)
    return made
  }
  const within = <T>(name: string, kind: number, fn: (span: Span) => T): T => {
    const begun = begin(name, kind, storage.getStore())
    return storage.run(begun.span, () => until(begun, fn(begun.span)))
  }

  return {
    request(request: Request, response: Response, routeOf: () => string | undefined, next: () => void) {
      const { method = '', url, headers } = request
      const [, traceId, spanId] = String(headers['traceparent'] ?? '').split('-')
      const begun = begin(method, SERVER, traceId && spanId ? { traceId, spanId } : undefined)
      response.once('close', () => {
        const { statusCode } = response
        const durationMs = end(begun, statusCode)
        const { traceId, spanId } = begun.span
        logger.info({ traceId, spanId, method, url, route: routeOf(), statusCode, durationMs }, 'request completed')
      })
      storage.run(begun.span, next)
    },
    fetch: ((input, init) =>
      within('fetch', CLIENT, ({ traceId, spanId }) => {
        const headers = new Headers(init?.headers)
        headers.set('traceparent', `00-${traceId}-${spanId}-01`)
        return fetch(input, { ...init, headers })
      })) as typeof globalThis.fetch,
    /** Of a pool the queries, of a Redis the commands. */
    client<T extends object>(client: T): T {
      for (const name of ['query', 'sendCommand']) {
        const own: unknown = Reflect.get(client, name)
        if (typeof own !== 'function') continue
        Reflect.set(client, name, function (this: unknown, ...values: unknown[]): unknown {
          return until(begin(name, CLIENT, storage.getStore()), Reflect.apply(own, this, values))
        })
      }
      return client
    },
    stage: <T>(name: string, fn: () => T): T => within(name, INTERNAL, fn)
  }
}

/** Sends spans as OTLP JSON, as often as the SDK does. */
function exportSpans(service: string): (span: Span) => void {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url = '', OTEL_BSP_SCHEDULE_DELAY: delayMs } = process.env
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] }
  let spans: Span[] = []
  setInterval(() => {
    if (spans.length === 0) return
    const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
    spans = []
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    post(url, { method: 'POST', headers }, (response) => response.resume())
      .on('error', () => {})
      .end(body)
  }, Number(delayMs)).unref()
  return (span) => void spans.push(span)
}

const now = () => `${Date.now()}000000`

function hex(words: number): string {
  let text = ''
  for (let word = 0; word < words; word++) text += ((Math.random() * 2 ** 32) >>> 0).toString(16).padStart(8, '0')
  return text
}
