// A simulated company: six services in ordinary life, with seasons, noise, deploys, restarts and gaps, and incidents planted into it.
import type { Series } from '../src/alerts/types.js'
import type { Model } from '../src/config/model.js'

const DAY = 1440
const REQUESTS = 'rag_http_server_requests_total'
const DURATION = 'http_server_request_duration_seconds'

/** What goes wrong: a signal, such as `errors:rag-engine`, and its value while it lasts. */
interface Fault {
  readonly from: number
  readonly to: number
  readonly signals: Readonly<Record<string, number | ((minute: number) => number)>>
}

export interface Life {
  readonly environment: string
  readonly minutes: number
  readonly seed: number
  /** Minutes at which a service is deployed: its instances restart one after the other. */
  readonly deploys?: readonly { readonly service: string; readonly minute: number }[]
  /** Minutes at which an instance crashes and comes back after a minute. */
  readonly restarts?: readonly { readonly service: string; readonly minute: number }[]
  /** Minutes in which Prometheus scraped nobody. */
  readonly gaps?: readonly number[]
  readonly fault?: Fault
  /** @default 2 */
  readonly instances?: number
}

/** Numbers that look random and are the same in every run (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Days have hours and weeks have ends; the first minute is a Thursday, as in 1970. */
export function season(minute: number): number {
  const weekday = Math.floor(minute / DAY) % 7
  const weekend = weekday === 2 || weekday === 3
  return (1 + 0.6 * Math.sin(((minute % DAY) / DAY) * 2 * Math.PI - Math.PI / 2)) * (weekend ? 0.6 : 1)
}

/** All series of an environment, one sample a minute. */
export function telemetry(model: Model, life: Life): Series[] {
  const { minutes, environment, fault, deploys = [], restarts = [], gaps = [], instances = 2 } = life
  const noise = random(life.seed)
  const missing = new Set(gaps)
  const series: Series[] = []
  const signal = (name: string, minute: number, usual: number): number => {
    const faulty = fault && minute >= fault.from && minute < fault.to ? fault.signals[name] : undefined
    return faulty === undefined ? usual : typeof faulty === 'number' ? faulty : faulty(minute)
  }
  const add = (metric: string, labels: Record<string, string>, value: (minute: number) => number | null) => {
    const samples: (number | null)[] = []
    for (let minute = 0; minute < minutes; minute++) {
      const found = value(minute)
      const gone = metric !== 'up' && signal(`up:${labels['service']}`, minute, 1) === 0
      samples.push(missing.has(minute) || gone || found === null ? null : Number(found.toPrecision(9)))
    }
    series.push({ metric, labels: { ...labels, environment }, samples: () => samples })
  }
  /** A counter that starts over when its process does. */
  const count = (metric: string, labels: Record<string, string>, perMinute: (minute: number) => number, starts: ReadonlySet<number>) => {
    let total = 0
    add(metric, labels, (minute) => {
      if (starts.has(minute)) total = 0
      const now = total
      total += perMinute(minute)
      return starts.has(minute + 1) ? null : now
    })
  }
  for (const { name: service, role, calls } of model.services) {
    // One service is hardly called, and single requests of it fail.
    const level = role === 'auth' ? 0.03 : role === 'document' ? 2 : 12
    const traffic = Array.from({ length: minutes }, (_, minute) => {
      const usual = level * 60 * season(minute) * (0.9 + 0.2 * noise())
      return signal(`rate:${service}`, minute, 1) * usual
    })
    const released = deploys.filter((each) => each.service === service).map(({ minute }) => minute)
    const failing = traffic.map((requests, minute) => {
      // About three in ten thousand fail on any day, in lumps, as they do.
      const lump = noise() < 0.02 ? 0.01 * noise() : 0.0002
      const share = signal(`errors:${service}`, minute, role === 'auth' ? 0 : lump)
      const single = role === 'auth' && noise() < 0.0007 ? 1 : 0
      return Math.min(requests, requests * share + single)
    })
    const slow = traffic.map((_, minute) => {
      const cold = released.some((at) => minute >= at && minute < at + 5) ? 0.04 : 0
      return signal(`slow:${service}`, minute, 0.008 + 0.008 * noise() + cold)
    })
    for (const [index, instance] of ['a', 'b'].slice(0, instances).entries()) {
      const starts = new Set([
        ...released.map((minute) => minute + 1 + index * 3),
        ...restarts.filter((each) => each.service === service && index === 0).map(({ minute }) => minute + 1)
      ])
      const at = { service, instance: `${service}-${instance}` }
      let started = 0
      add('up', at, (minute) => (starts.has(minute + 1) ? 0 : signal(`up:${service}`, minute, 1)))
      add('process_start_time_seconds', at, (minute) => {
        if (starts.has(minute) || signal(`crash:${service}`, minute, 0) > 0) started = minute * 60
        return started
      })
      const half = (values: readonly number[]) => (minute: number) => values[minute]! / instances
      count(
        REQUESTS,
        { ...at, http_route: '/a', status_class: '2xx' },
        (minute) => (traffic[minute]! * 0.99 - failing[minute]!) / instances,
        starts
      )
      count(REQUESTS, { ...at, http_route: '/a', status_class: '4xx' }, (minute) => (traffic[minute]! * 0.01) / instances, starts)
      count(REQUESTS, { ...at, http_route: '/a', status_class: '5xx' }, half(failing), starts)
      // The service's bound lies between 0.1 s and 40 s whatever it is, so three values make the histogram.
      const values = [0.08, 0.4, 40] as const
      const share = [
        (minute: number) => 0.7 * (1 - slow[minute]!),
        (minute: number) => 0.3 * (1 - slow[minute]!),
        (minute: number) => slow[minute]!
      ]
      const seen = (minute: number, fits: (value: number) => boolean) =>
        values.reduce((sum, value, index) => sum + (fits(value) ? share[index]!(minute) : 0), 0)
      for (const bound of [...(model.metrics[DURATION]?.buckets ?? []), Number.POSITIVE_INFINITY])
        count(
          `${DURATION}_bucket`,
          { ...at, le: bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound) },
          (minute) => (traffic[minute]! / instances) * seen(minute, (value) => value <= bound),
          starts
        )
      count(`${DURATION}_count`, at, half(traffic), starts)
      count(
        `${DURATION}_sum`,
        at,
        (minute) => (traffic[minute]! / instances) * values.reduce((sum, value, index) => sum + value * share[index]!(minute), 0),
        starts
      )
      for (const peer of calls) {
        const broken = (minute: number) => signal(`dependency:${peer}`, minute, 0.0005 + (noise() < 0.01 ? 0.05 : 0))
        const shares = traffic.map((_, minute) => broken(minute))
        const of = (outcome: string, part: (minute: number) => number) =>
          count(
            'rag_dependency_requests_total',
            { ...at, peer_service: peer, outcome },
            (minute) => (traffic[minute]! / instances) * part(minute),
            starts
          )
        of('ok', (minute) => 1 - shares[minute]!)
        of('error', (minute) => shares[minute]!)
        count(
          'rag_dependency_retries_total',
          { ...at, peer_service: peer },
          (minute) => (traffic[minute]! / instances) * signal(`retries:${peer}`, minute, 0.01),
          starts
        )
      }
      add('nodejs_eventloop_delay_p99_seconds', at, (minute) => signal(`loop:${service}`, minute, 0.02 + 0.03 * noise()))
      add('v8js_memory_heap_used_bytes', at, (minute) => signal(`heap:${service}`, minute, 0.4 + 0.3 * ((minute % 47) / 47)) * 1e9)
      add('v8js_memory_heap_limit_bytes', at, () => 1e9)
      add('rag_container_memory_working_set_bytes', at, (minute) => (0.45 + 0.05 * ((minute % 47) / 47) + 0.02 * noise()) * 1e9)
      add('rag_container_memory_limit_bytes', at, () => 1e9)
      count('rag_log_events_total', { ...at, level: 'error' }, (minute) => failing[minute]! / instances, starts)
      count('rag_log_events_total', { ...at, level: 'fatal' }, (minute) => signal(`fatal:${service}`, minute, 0), starts)
      count('rag_masked_total', { ...at, rule: 'key' }, (minute) => signal(`masked:${service}`, minute, traffic[minute]! * 0.002), starts)
      count('rag_telemetry_exported_total', { ...at, signal: 'traces' }, half(traffic), starts)
      add('rag_telemetry_queued', { ...at, signal: 'traces' }, () => Math.floor(noise() * 20))
      count(
        'rag_telemetry_dropped_total',
        { ...at, signal: 'logs', reason: 'backend' },
        (minute) => signal(`lost:${service}`, minute, 0),
        starts
      )
      if (role === 'rag') ragSeries(at, starts, half(traffic))
      if (role === 'llm') llmSeries(at, starts, half(traffic))
    }
    if (released.length > 0)
      add('rag_release_timestamp_seconds', { service, instance: `${service}-a`, version: '2' }, (minute) => {
        const last = released.filter((at) => at <= minute).at(-1)
        return last === undefined ? null : last * 60
      })
  }
  return series

  function ragSeries(at: { service: string; instance: string }, starts: ReadonlySet<number>, requests: (minute: number) => number) {
    const cold = (minute: number) => [...starts].some((start) => minute >= start && minute < start + 15)
    const hits = (minute: number) => signal('hits', minute, cold(minute) ? 0.3 : 0.75 + 0.1 * noise())
    const ratio = Array.from({ length: minutes }, (_, minute) => hits(minute))
    const cache = { ...at, cache: 'answers', layer: 'memory' }
    count('rag_cache_requests_total', { ...cache, result: 'hit' }, (minute) => requests(minute) * ratio[minute]!, starts)
    count('rag_cache_requests_total', { ...cache, result: 'miss' }, (minute) => requests(minute) * (1 - ratio[minute]!), starts)
    const stage = { ...at, stage: 'retrieve' }
    count('rag_stage_documents_count', stage, requests, starts)
    count('rag_stage_empty_results_total', stage, (minute) => requests(minute) * signal('empty', minute, 0.04 + 0.04 * noise()), starts)
    add('rag_db_pool_saturation_ratio', { ...at, db_client_connection_pool_name: 'main' }, (minute) =>
      signal('pool', minute, 0.3 + 0.3 * noise())
    )
    count('db_client_operation_duration_seconds_count', { ...at, db_system_name: 'postgresql' }, requests, starts)
    count(
      'rag_db_slow_operations_total',
      { ...at, db_system_name: 'postgresql' },
      (minute) => requests(minute) * signal('slow-queries', minute, 0.005),
      starts
    )
    if (!at.instance.endsWith('-a')) return
    const store = (name: string) => ({ ...at, store: name })
    add('rag_elasticsearch_cluster_status', store('search'), (minute) => signal('cluster', minute, 0))
    add('rag_pg_archive_age_seconds', store('main'), (minute) => signal('archive', minute, 200 + 200 * noise()))
    add('rag_pg_connections', { ...store('main'), state: 'active' }, (minute) => signal('connections', minute, 20 + 30 * noise()))
    add('rag_pg_max_connections', store('main'), () => 100)
    count('rag_audit_broken_total', { ...at, log: 'access' }, (minute) => signal('audit', minute, 0), starts)
    add('rag_job_last_success_timestamp_seconds', { ...at, job_name: 'backup-postgres' }, (minute) =>
      signal('backup', minute, Math.max(60, Math.floor(minute / DAY) * DAY * 60))
    )
    add('rag_job_last_success_timestamp_seconds', { ...at, job_name: 'restore-drill-backup-postgres' }, () => 60)
  }

  function llmSeries(at: { service: string; instance: string }, starts: ReadonlySet<number>, requests: (minute: number) => number) {
    const of = { ...at, gen_ai_request_model: 'large' }
    const shares = Array.from({ length: minutes }, (_, minute) => signal('llm', minute, 0.005 + (noise() < 0.02 ? 0.04 : 0)))
    count('rag_llm_calls_total', { ...of, outcome: 'ok' }, (minute) => requests(minute) * (1 - shares[minute]!), starts)
    count('rag_llm_calls_total', { ...of, outcome: 'error' }, (minute) => requests(minute) * shares[minute]!, starts)
    count('rag_llm_rate_limited_total', of, (minute) => requests(minute) * signal('limited', minute, 0.002), starts)
    add('rag_llm_rate_limit_utilisation_ratio', { ...of, kind: 'tokens', gen_ai_provider_name: 'openai' }, (minute) =>
      signal('limit', minute, 0.25 * season(minute) + 0.05 * noise())
    )
    if (at.instance.endsWith('-a'))
      add('rag_llm_budget_used_ratio', { ...at, budget: 'daily' }, (minute) =>
        signal('budget', minute, 0.6 * (((minute + kitShift(model)) % DAY) / DAY))
      )
  }
}

/** Minutes by which the day of the time zone is ahead. */
function kitShift(model: Model): number {
  const winter = new Date(Date.UTC(2025, 0, 15))
  const hours = (zone: string) => new Date(winter.toLocaleString('en-US', { timeZone: zone })).getTime() / 60_000
  return hours(model.timeZone) - hours('UTC') + DAY
}
