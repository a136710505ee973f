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
import { heldMb } from './heap.js'
import { type Sent, sendTraffic } from './traffic.js'

export interface LoadResult {
  readonly ok: boolean
  readonly seconds: number
  readonly sent: Sent
  readonly faults: Readonly<Record<string, number>>
  readonly checks: readonly Check[]
}

const MIB = 1024 * 1024
/** What a service may hold more at the end than after a third: fuller caches, not a leak. */
const MAY_HOLD_MORE_MB = 32
/** The smallest limit of a service in docker-compose.yml. */
const MOST_MB = 384
/** Label sets that a service may hold: the page and a scrape stay small. */
const MAX_SERIES = 3000
type Name = (typeof SERVICES)[number]
/** Longer than an exporter waits. */
const SETTLE_MS = 1500
const COUNT = 'http_server_request_duration_seconds_count'

/** The system must have been started with `WITH_HEAPS`. */
export async function underLoad(system: System, minutes: number, progress: Progress): Promise<LoadResult> {
  const start = Date.now()
  const until = start + minutes * 60_000
  // Ten minutes of spans are more than should be kept: they are counted.
  system.sink.countOnly(true)
  // What was under way arrives before the count begins.
  await pause(SETTLE_MS)
  const before = await takeSnapshot(system)
  const receivedBefore = serverSpans(system, 'api-gateway')
  const sent: Sent = { kinds: {}, statuses: {} }
  const held = async () => Object.fromEntries(await Promise.all(system.services.map(async (one) => [one.name, await heldMb(one)])))
  let warm: Held = {}
  const timer = setInterval(
    () => progress.step(`under load, ${Math.round((until - Date.now()) / 1000)} s to go, ${total(sent.kinds)} requests`),
    1000
  )
  const warmed = setTimeout(
    async () => {
      warm = await held()
    },
    (until - start) / 3
  )
  const [faults] = await Promise.all([injectFaults(system, until), sendTraffic(system, until, sent)])
  clearInterval(timer)
  clearTimeout(warmed)
  progress.step('comparing the counts')
  const left = await held()
  let end = before
  const checks = await settled(
    async () => {
      end = await takeSnapshot(system)
      return checksOf(system, sent, { before, end }, { warm, left }, receivedBefore)
    },
    (found) => found.every(({ ok }) => ok),
    20_000
  )
  system.sink.countOnly(false)
  return { ok: checks.every(({ ok }) => ok), seconds: Math.round((Date.now() - start) / 1000), sent, faults, checks }
}

type Readings = Readonly<Record<'before' | 'end', Snapshot>>
/** MiB after a collection, by service. */
type Held = Readonly<Record<string, number>>

/** Every service is compared since it started; what the gateway was sent, since the load began. */
function checksOf(
  system: System,
  sent: Sent,
  { before, end }: Readings,
  { warm, left }: Record<'warm' | 'left', Held>,
  receivedBefore: number
): Check[] {
  const value = (name: Name, metric: string) => end.value(name, metric, { signal: 'traces' })
  const dropped = (name: Name) => value(name, 'rag_telemetry_dropped_total')
  const answering = SERVICES.filter((name) => name !== 'frontend')
  return [
    same('requests sent = log lines = spans + dropped = histogram count, of the gateway', {
      sent: total(sent.kinds),
      'log lines': requestLines(end, 'api-gateway') - requestLines(before, 'api-gateway'),
      'spans and dropped': serverSpans(system, 'api-gateway') - receivedBefore + dropped('api-gateway'),
      histogram: end.value('api-gateway', COUNT) - before.value('api-gateway', COUNT)
    }),
    ...answering.map((name) =>
      sameOrNone(`log lines = server spans + dropped = histogram count of ${name}`, {
        'log lines': requestLines(end, name),
        'spans and dropped': serverSpans(system, name) + dropped(name),
        histogram: end.value(name, COUNT)
      })
    ),
    ...answering.map((name) => {
      const recorded = value(name, 'rag_telemetry_recorded_total')
      const held = dropped(name) + value(name, 'rag_telemetry_queued')
      const { before: least, after: most } = end.received(name)
      // A scrape asks the stores, which makes spans as well: the collector is read before and after it.
      const values = { recorded, 'received before, dropped and queued': least + held, 'received after': most + held }
      return check(`spans of ${name}`, values, least + held <= recorded && recorded <= most + held)
    }),
    ...SERVICES.map((name) =>
      check(
        `MiB of ${name}, held after a collection and resident`,
        { 'after a third': warm[name] ?? Number.NaN, 'at the end': left[name] ?? Number.NaN, resident: megabytes(end, name) },
        left[name]! - warm[name]! <= MAY_HOLD_MORE_MB && megabytes(end, name) <= MOST_MB
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
const serverSpans = (system: System, name: Name) => system.sink.counts.get(name)?.server ?? 0
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
