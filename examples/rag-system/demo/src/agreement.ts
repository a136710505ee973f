// Checks that what left the services agrees: each figure is read from at least two exits, and all readings are the same.
import { matching, total, valuesOf } from './read/exposition.js'
import { isRequestLine } from './read/ndjson.js'
import { CLIENT, SERVER } from './read/spans.js'
import type { Readings, ServiceReadings } from './readings.js'
import type { Asked } from './traffic.js'

export interface Check {
  readonly name: string
  /** What each exit says. */
  readonly values: Readonly<Record<string, number>>
  readonly ok: boolean
}

/** What the demo itself knows. */
export interface Sent {
  /** Requests that it sent to the gateway. */
  readonly requests: number
  readonly asked: readonly Asked[]
  readonly secret: string
  /** Status of the reply to the document that was uploaded. */
  readonly uploaded: number
}

/** Share by which sums of durations may differ: each exit rounds in its own way. */
const ROUNDING = 0.002
const REQUESTS = 'http_server_request_duration_seconds_count'
const CALLS = 'http_client_request_duration_seconds_count'

/** All checks. A reading that is missing is 0 or not a number, and so disagrees. */
export function checksOf({ services, text, page }: Readings, sent: Sent): Check[] {
  const of = (name: string) => services.find((service) => service.name === name)!
  const [gateway, engine, llm] = [of('api-gateway'), of('rag-engine'), of('llm-service')]
  const inner = services.filter(({ name }) => name !== 'api-gateway' && name !== 'frontend')
  const asking = services.filter(({ name }) => name === 'api-gateway' || name === 'rag-engine' || name === 'document-service')
  const answered = (service: ServiceReadings) => service.lines.filter((line) => isRequestLine(line) && line['url'] === '/documents/changed')
  return [
    requestsCheck(gateway, { 'sent by the demo': sent.requests }),
    ...inner.map((service) => requestsCheck(service, callsTo(service, services))),
    ...asking.map(callsCheck),
    ...[gateway, ...inner].flatMap((service) => [routesCheck(service), spansCheck(service), secondsCheck(service)]),
    ...modelChecks(llm),
    agree('answers from the cache', {
      'answers marked as such': from(sent, 'answers'),
      'hits in /metrics': total(engine.samples, LOOKUPS, { cache: 'answers', result: 'hit' })
    }),
    agree('answers to a question that means the same', {
      'answers marked as such': from(sent, 'meaning'),
      'hits in /metrics': total(llm.samples, 'rag_cache_semantic_total', { cache: 'meanings', result: 'hit' })
    }),
    agree('questions embedded', {
      'runs of the stage embed': total(engine.samples, 'rag_stage_duration_seconds_count', { stage: 'embed' }),
      'spans of it': engine.spans.filter(({ attributes }) => attributes['rag.stage'] === 'embed').length
    }),
    agree('vectors that no cache had', {
      'loads in /metrics': total(llm.samples, 'rag_cache_load_duration_seconds_count', { cache: 'vectors' }),
      'spans of them': llm.spans.filter(({ name }) => name === 'load vectors').length
    }),
    agree('money saved by answers from the cache, in nanodollars', {
      'log lines': nanodollars(engine.lines.filter(({ from }) => from !== undefined).map(({ savedUsd }) => Number(savedUsd ?? 0))),
      'counter in /metrics': Math.round(total(engine.samples, 'rag_cache_saved_usd_total') * 1e9)
    }),
    agree('services told of the document that was uploaded', {
      'status is 201': sent.uploaded === 201 ? 2 : 0,
      'requests that told them': answered(engine).length + answered(llm).length
    }),
    agree('the page of the frontend', { 'answered with a page': page ? 1 : 0, wanted: 1 }),
    agree('outcome of the question that was left', {
      'log lines that say aborted': outcomes(services, sent, 'abort', (line) => line['outcome'] === 'aborted'),
      services: ANSWERING
    }),
    agree('outcome of the question that fails', {
      'log lines with status 502': outcomes(services, sent, 'fail', (line) => line['statusCode'] === 502),
      services: ANSWERING
    }),
    agree('places where the pasted secret left unmasked', { found: text.filter((one) => one.includes(sent.secret)).length, allowed: 0 }, 0)
  ]
}

/** Services that an answer goes through: gateway, engine, llm-service. */
const ANSWERING = 3
const LOOKUPS = 'rag_cache_requests_total'

const from = ({ asked }: Sent, place: string) => asked.filter(({ answer }) => answer?.from === place).length
const nanodollars = (values: readonly number[]) => Math.round(values.reduce((sum, value) => sum + value, 0) * 1e9)

/** Requests sent = log lines = spans = histogram counts. */
function requestsCheck({ name, samples, lines, spans }: ServiceReadings, senders: Record<string, number>): Check {
  return agree(`requests answered by ${name}`, {
    ...senders,
    'log lines': lines.filter(isRequestLine).length,
    spans: spans.filter(({ kind }) => kind === SERVER).length,
    'histogram count': total(samples, REQUESTS)
  })
}

const isCall = ({ kind, attributes }: ServiceReadings['spans'][number]) => kind === CLIENT && 'http.request.method' in attributes

/** Calls to a service in the spans of all who call it. */
function callsTo({ url }: ServiceReadings, services: readonly ServiceReadings[]): Record<string, number> {
  const port = Number(new URL(url).port)
  return {
    'client spans': services.flatMap(({ spans }) => spans).filter((span) => isCall(span) && span.attributes['server.port'] === port).length
  }
}

function callsCheck({ name, samples, spans }: ServiceReadings): Check {
  return agree(`calls to other services by ${name}`, {
    'client spans': spans.filter(isCall).length,
    'client histogram': total(samples, CALLS)
  })
}

/** The three signals agree on each route, status and outcome: their records fall into the same groups. */
function routesCheck({ name, samples, lines, spans }: ServiceReadings): Check {
  const ofLines = lines.filter(isRequestLine).map((line) => `${line['method']} ${line['route']} ${line['statusCode']}`)
  const ofSpans = spans
    .filter(({ kind }) => kind === SERVER)
    .map(
      ({ attributes }) =>
        `${attributes['http.request.method']} ${attributes['http.route'] ?? 'unmatched'} ${attributes['http.response.status_code']}`
    )
  const ofMetrics = matching(samples, REQUESTS).flatMap(({ labels, value }) =>
    Array<string>(value).fill(`${labels['http_request_method']} ${labels['http_route']} ${labels['http_response_status_code']}`)
  )
  const groups = [...new Set([...ofLines, ...ofSpans, ...ofMetrics])]
  const agreeing = groups.filter((group) => {
    const counts = [ofLines, ofSpans, ofMetrics].map((records) => records.filter((record) => record === group).length)
    return counts.every((count) => count === counts[0])
  })
  return agree(`routes and statuses of ${name} on which log, span and metric agree`, { groups: groups.length, agreeing: agreeing.length })
}

/** Nothing was lost on the way: spans recorded = spans received + dropped + still queued, such as those of the statements that this very reading has caused. */
function spansCheck({ name, samples, spans }: ServiceReadings): Check {
  const dropped = total(samples, 'rag_telemetry_dropped_total', { signal: 'traces' })
  return agree(`spans of ${name}`, {
    recorded: total(samples, 'rag_telemetry_recorded_total', { signal: 'traces' }),
    'received, dropped and queued': spans.length + dropped + total(samples, 'rag_telemetry_queued', { signal: 'traces' })
  })
}

/** The three signals agree on how long the requests took. */
function secondsCheck({ name, samples, lines, spans }: ServiceReadings): Check {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const values = {
    'log lines': sum(lines.filter(isRequestLine).map((line) => Number(line['durationMs']))) / 1000,
    spans: sum(spans.filter(({ kind }) => kind === SERVER).map(({ durationMs }) => durationMs)) / 1000,
    histogram: total(samples, 'http_server_request_duration_seconds_sum')
  }
  const [low, high] = [Math.min(...Object.values(values)), Math.max(...Object.values(values))]
  return { name: `seconds that requests to ${name} took`, values, ok: low > 0 && high - low <= high * ROUNDING }
}

function modelChecks({ samples, spans }: ServiceReadings): Check[] {
  return valuesOf(samples, 'rag_llm_calls_total', 'gen_ai_request_model').flatMap((model) => {
    const labels = { gen_ai_request_model: model }
    const own = spans.filter(({ attributes }) => attributes['gen_ai.request.model'] === model)
    const sum = (attribute: string) => own.reduce((all, { attributes }) => all + Number(attributes[attribute] ?? 0), 0)
    const answered = total(samples, 'rag_llm_calls_total', { ...labels, outcome: 'ok' })
    return [
      agree(`calls of ${model}`, { spans: own.length, 'counter in /metrics': total(samples, 'rag_llm_calls_total', labels) }),
      agree(
        `input tokens of ${model}`,
        {
          spans: sum('gen_ai.usage.input_tokens'),
          'counter in /metrics': total(samples, 'rag_llm_tokens_total', { ...labels, kind: 'input' })
        },
        // A model that refused every call has read nothing.
        Math.min(answered, 1)
      ),
      agree(
        `cost of ${model} in nanodollars`,
        {
          spans: Math.round(sum('rag.llm.cost_usd') * 1e9),
          'counter in /metrics': Math.round(total(samples, 'rag_llm_cost_usd_total', labels) * 1e9)
        },
        0
      ),
      // An encoder has no output tokens.
      agree(
        `output tokens of ${model}`,
        {
          spans: sum('gen_ai.usage.output_tokens'),
          'counter in /metrics': total(samples, 'rag_llm_tokens_total', { ...labels, kind: 'output' })
        },
        0
      )
    ]
  })
}

/** Services whose line of the one question of this kind meets a condition. */
function outcomes(
  services: readonly ServiceReadings[],
  { asked }: Sent,
  kind: Asked['kind'],
  test: (line: ServiceReadings['lines'][number]) => boolean
): number {
  const traceId = asked.find((one) => one.kind === kind)?.traceId
  return services.filter(({ lines }) => lines.some((line) => line['traceId'] === traceId && isRequestLine(line) && test(line))).length
}

/** @param least A first value below it means that nothing was read. */
function agree(name: string, values: Record<string, number>, least = 1): Check {
  const [first = Number.NaN, ...rest] = Object.values(values)
  return { name, values, ok: first >= least && rest.every((value) => value === first) }
}
