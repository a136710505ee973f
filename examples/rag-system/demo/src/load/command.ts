// npm run demo -- load: traffic and faults for minutes, then every count is compared with every other.
import { setTimeout as pause } from 'node:timers/promises'
import type { Check } from '../agreement.js'
import type { Progress } from '../progress.js'
import { isRequestLine } from '../read/ndjson.js'
import { check, same } from '../scenarios/scenario.js'
import { type Snapshot, takeSnapshot } from '../scenarios/snapshot.js'
import { settled } from '../settle.js'
import { SERVICES } from '../system/environments.js'
import type { System } from '../system/system.js'
import { table } from '../table.js'
import { injectFaults } from './faults.js'
import { type Sent, sendTraffic } from './traffic.js'

export interface LoadResult {
  readonly ok: boolean
  readonly seconds: number
  readonly sent: Sent
  readonly faults: Readonly<Record<string, number>>
  readonly memory: Readonly<Record<string, { readonly warmMb: number; readonly endMb: number }>>
  readonly checks: readonly Check[]
}

const MIB = 1024 * 1024
/** What a service may grow by between the first third and the end: warm code and full caches, not a leak. */
const MAY_GROW_MB = 96
/** Label sets that a service may hold: the page and a scrape stay small. */
const MAX_SERIES = 3000
type Name = (typeof SERVICES)[number]
/** Longer than an exporter waits. */
const SETTLE_MS = 1500
const COUNT = 'http_server_request_duration_seconds_count'

export async function underLoad(system: System, minutes: number, progress: Progress): Promise<LoadResult> {
  const start = Date.now()
  const until = start + minutes * 60_000
  // Ten minutes of spans are more than should be kept: they are counted.
  system.sink.countOnly(true)
  // What was under way arrives before the count begins.
  await pause(SETTLE_MS)
  const before = await takeSnapshot(system)
  const sent: Sent = { kinds: {}, statuses: {} }
  let warm: Snapshot = before
  const timer = setInterval(
    () => progress.step(`under load, ${Math.round((until - Date.now()) / 1000)} s to go, ${total(sent.kinds)} requests`),
    1000
  )
  const warmed = setTimeout(
    async () => {
      warm = await takeSnapshot(system)
    },
    (until - start) / 3
  )
  const [faults] = await Promise.all([injectFaults(system, until), sendTraffic(system, until, sent)])
  clearInterval(timer)
  clearTimeout(warmed)
  progress.step('comparing the counts')
  let end = before
  const checks = await settled(
    async () => {
      end = await takeSnapshot(system)
      return checksOf(system, sent, { before, warm, end })
    },
    (found) => found.every(({ ok }) => ok),
    20_000
  )
  system.sink.countOnly(false)
  const memory = Object.fromEntries(SERVICES.map((name) => [name, { warmMb: megabytes(warm, name), endMb: megabytes(end, name) }]))
  return { ok: checks.every(({ ok }) => ok), seconds: Math.round((Date.now() - start) / 1000), sent, faults, memory, checks }
}

type Readings = Readonly<Record<'before' | 'warm' | 'end', Snapshot>>

/** Every service is compared since it started; what the gateway was sent, since the load began. */
function checksOf(system: System, sent: Sent, { before, warm, end }: Readings): Check[] {
  const spans = (name: Name, which: 'all' | 'server') => system.sink.counts.get(name)?.[which] ?? 0
  const value = (name: Name, metric: string) => end.value(name, metric, { signal: 'traces' })
  const dropped = (name: Name) => value(name, 'rag_telemetry_dropped_total')
  const answering = SERVICES.filter((name) => name !== 'frontend')
  return [
    same('requests sent = log lines = spans + dropped = histogram count, of the gateway', {
      sent: total(sent.kinds),
      'log lines': requestLines(end, 'api-gateway') - requestLines(before, 'api-gateway'),
      histogram: end.value('api-gateway', COUNT) - before.value('api-gateway', COUNT)
    }),
    ...answering.map((name) =>
      sameOrNone(`log lines = server spans + dropped = histogram count of ${name}`, {
        'log lines': requestLines(end, name),
        'spans and dropped': spans(name, 'server') + dropped(name),
        histogram: end.value(name, COUNT)
      })
    ),
    ...answering.map((name) =>
      same(`spans of ${name}`, {
        recorded: value(name, 'rag_telemetry_recorded_total'),
        'received, dropped and queued': spans(name, 'all') + dropped(name) + value(name, 'rag_telemetry_queued')
      })
    ),
    ...SERVICES.map((name) =>
      check(
        `MiB of ${name}`,
        { warm: megabytes(warm, name), end: megabytes(end, name) },
        megabytes(end, name) - megabytes(warm, name) <= MAY_GROW_MB
      )
    ),
    ...SERVICES.map((name) =>
      check(
        `label sets of ${name}`,
        { end: end.value(name, 'rag_metrics_series'), most: MAX_SERIES },
        end.value(name, 'rag_metrics_series') > 0 && end.value(name, 'rag_metrics_series') <= MAX_SERIES
      )
    ),
    check(
      'records lost by reason of load',
      { dropped: SERVICES.reduce((sum, name) => sum + end.value(name, 'rag_telemetry_dropped_total'), 0) },
      SERVICES.every((name) => end.value(name, 'rag_telemetry_dropped_total') === 0)
    )
  ]
}

/** A service that nobody called has nothing to count. */
const sameOrNone = (name: string, values: Readonly<Record<string, number>>) => same(name, values, 0)
const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, count) => sum + count, 0)
const requestLines = (taken: Snapshot, name: Name) => taken.lines(name).filter(isRequestLine).length
const megabytes = (taken: Snapshot, name: Name) => taken.value(name, 'process_memory_usage_bytes') / MIB

export function loadReport({ ok, seconds, sent, faults, checks }: LoadResult): string {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  const rows = checks.map((one) => [
    one.ok ? 'ok' : 'NO',
    one.name,
    Object.entries(one.values)
      .map(([name, value]) => `${name} ${Number(value.toFixed(1))}`)
      .join(', ')
  ])
  return [
    `\n${seconds} s under load: ${ok ? 'every count agrees' : 'NOT every count agrees'}`,
    `sent: ${list(sent.kinds)}`,
    `replies by status: ${list(sent.statuses)} (0: left by the client)`,
    `faults: ${list(faults)}`,
    ...table(['', 'check', 'readings'], rows),
    ''
  ].join('\n')
}
