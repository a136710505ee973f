// The records of a request and of its call, by hand and with nothing in between: a context, a header, JSON.stringify for a line, an array of counts for a histogram, plain objects for spans. Nothing is masked, checked or bounded.
import { AsyncLocalStorage } from 'node:async_hooks'
import { openSync, writeSync } from 'node:fs'
import { request as post } from 'node:http'

const [SERVER, CLIENT] = [2, 3]
/** As the batches of OpenTelemetry's processor. */
const BATCH = 512
/** Lines go in pieces of so many characters, as those of the peers. */
const PIECE = 4096
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** @param {{ service: string }} identity @param {string} file Where lines go. */
export function recordByHand(identity, file) {
  const storage = new AsyncLocalStorage()
  const handle = openSync(file, 'a')
  let lines = ''
  const write = () => {
    if (lines !== '') writeSync(handle, lines)
    lines = ''
  }
  /** Counts by bucket, of each route and status. */
  const histograms = new Map()
  const observe = (labels, seconds) => {
    let counts = histograms.get(labels)
    if (!counts) histograms.set(labels, (counts = new Float64Array(BUCKETS.length + 2)))
    let bucket = 0
    while (seconds > BUCKETS[bucket]) bucket++
    counts[bucket]++
    counts[BUCKETS.length + 1] += seconds
  }
  const url = `${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`
  const resource = { attributes: attributesOf({ 'service.name': identity.service }) }
  const sending = new Set()
  let spans = []
  const send = () => {
    if (spans.length === 0) return
    const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
    spans = []
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = new Promise((resolve, reject) => {
      const answered = (response) => response.resume().once('end', resolve)
      post(url, { method: 'POST', headers }, answered).once('error', reject).end(body)
    }).finally(() => sending.delete(sent))
    sending.add(sent)
  }
  const begin = (name, kind, parent) => ({
    traceId: parent?.traceId ?? hex(4),
    spanId: hex(2),
    parentSpanId: parent?.spanId,
    name,
    kind,
    startTimeUnixNano: now()
  })
  const end = (span, attributes) => {
    span.endTimeUnixNano = now()
    span.attributes = attributesOf(attributes)
    if (spans.push(span) >= BATCH) send()
  }
  return {
    request(request, response, routeOf, next) {
      const start = performance.now()
      const { method, url, headers } = request
      const [, traceId, spanId] = headers.traceparent?.split('-') ?? []
      const span = begin(method, SERVER, traceId && { traceId, spanId })
      response.once('close', () => {
        const ms = performance.now() - start
        const { statusCode } = response
        const route = routeOf()
        const { traceId, spanId } = span
        const line = { level: 30, time: Date.now(), ...identity, method, url, headers, route, statusCode, durationMs: ms, traceId, spanId }
        lines += `${JSON.stringify(line)}\n`
        if (lines.length >= PIECE) write()
        observe(`method="${method}",route="${route}",status_code="${statusCode}"`, ms / 1000)
        end(span, { 'http.request.method': method, 'url.path': url, 'http.route': route, 'http.response.status_code': statusCode })
      })
      storage.run(span, next)
    },
    fetch(input) {
      const span = begin('GET', CLIENT, storage.getStore())
      const headers = { traceparent: `00-${span.traceId}-${span.spanId}-01` }
      return storage.run(span, async () => {
        const response = await fetch(input, { headers })
        end(span, { 'http.request.method': 'GET', 'url.full': input, 'http.response.status_code': response.status })
        return response
      })
    },
    async flush() {
      send()
      write()
      await Promise.all(sending)
    },
    async metrics() {
      const counted = (counts) => counts.subarray(0, BUCKETS.length + 1).reduce((sum, count) => sum + count)
      return [...histograms].map(([labels, counts]) => `http_request_duration_seconds_count{${labels}} ${counted(counts)}\n`).join('')
    }
  }
}

function attributesOf(values) {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value }
  }))
}

const now = () => `${Date.now()}000000`

function hex(words) {
  let text = ''
  for (let word = 0; word < words; word++) text += ((Math.random() * 2 ** 32) >>> 0).toString(16).padStart(8, '0')
  return text
}
