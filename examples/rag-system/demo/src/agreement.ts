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
}

/** Share by which sums of durations may differ: each exit rounds in its own way. */
const ROUNDING = 0.002
const REQUESTS = 'http_server_request_duration_seconds_count'
const CALLS = 'http_client_request_duration_seconds_count'

/** All checks. A reading that is missing is 0 or not a number, and so disagrees. */
export function checksOf({ services, text }: Readings, sent: Sent): Check[] {
  const [gateway, engine, llm] = services as [ServiceReadings, ServiceReadings, ServiceReadings]
  return [
    requestsCheck(gateway, { 'sent by the demo': sent.requests }),
    requestsCheck(engine, callsOf(gateway)),
    requestsCheck(llm, callsOf(engine)),
    ...services.map(routesCheck),
    ...services.map(spansCheck),
    ...services.map(secondsCheck),
    ...modelChecks(llm),
    agree('answers from the cache', {
      'answers marked as cached': sent.asked.filter(({ answer }) => answer?.cached).length,
      'hits in /metrics': total(engine.samples, 'rag_cache_requests_total', { cache: 'answers', result: 'hit' })
    }),
    agree('look-ups of vectors', {
      'runs of the stage embed': total(engine.samples, 'rag_stage_duration_seconds_count', { stage: 'embed' }),
      'spans of it': engine.spans.filter(({ attributes }) => attributes['rag.stage'] === 'embed').length,
      'look-ups in memory': total(llm.samples, 'rag_cache_requests_total', { cache: 'vectors', layer: 'memory' })
    }),
    agree('outcome of the question that was left', {
      'log lines that say aborted': outcomes(services, sent, 'abort', (line) => line['outcome'] === 'aborted'),
      services: services.length
    }),
    agree('outcome of the question that fails', {
      'log lines with status 502': outcomes(services, sent, 'fail', (line) => line['statusCode'] === 502),
      services: services.length
    }),
    agree('places where the pasted secret left unmasked', { found: text.filter((one) => one.includes(sent.secret)).length, allowed: 0 }, 0)
  ]
}

/** Requests sent = log lines = spans = histogram counts. */
function requestsCheck({ name, samples, lines, spans }: ServiceReadings, senders: Record<string, number>): Check {
  return agree(`requests answered by ${name}`, {
    ...senders,
    'log lines': lines.filter(isRequestLine).length,
    spans: spans.filter(({ kind }) => kind === SERVER).length,
    'histogram count': total(samples, REQUESTS)
  })
}

function callsOf({ name, samples, spans }: ServiceReadings): Record<string, number> {
  return {
    [`client spans of ${name}`]: spans.filter(({ kind, attributes }) => kind === CLIENT && 'http.request.method' in attributes).length,
    [`client histogram of ${name}`]: total(samples, CALLS)
  }
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

/** Nothing was lost on the way: spans recorded = spans received + spans dropped, and none was dropped. */
function spansCheck({ name, samples, spans }: ServiceReadings): Check {
  const dropped = total(samples, 'rag_telemetry_dropped_total', { signal: 'traces' })
  return agree(`spans of ${name}`, {
    recorded: total(samples, 'rag_telemetry_recorded_total', { signal: 'traces' }),
    'received and dropped': spans.length + dropped,
    received: spans.length
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
