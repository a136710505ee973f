// npm run demo -- overhead: the CPU of the whole system with the SDK and without, on the same recorded load, in interleaved pairs.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Progress } from '../progress.js'
import type { System, SystemOptions } from '../system/system.js'
import { cpuSeconds } from './cpu.js'
import { type Parts, profiled } from './profile.js'
import { embedAhead, replay } from './recorded-load.js'

/** CPU seconds. */
export interface Used {
  /** Of the services that carry the SDK. */
  readonly services: number
  /** And of the stores and the provider that they use; the encoder of the provider is left out. */
  readonly system: number
  /** Spans a request that arrived at the collector. */
  readonly spans: number
}
export const VARIANTS = ['with', 'without', 'peers', 'records', 'context'] as const
export type Variant = (typeof VARIANTS)[number]
export interface Weighed {
  readonly ok: boolean
  /** In a round of a pair, and in the rounds before them. */
  readonly requests: number
  readonly warm: number
  readonly sent: Readonly<Record<string, number>>
  readonly pairs: readonly Readonly<Record<Variant, Used>>[]
  /** (with − without) / without, the median of the pairs. */
  readonly overhead: Used
  /** The same of a context for each request and nothing else: what this Node takes of any tracer. */
  readonly context: Used
  /** The same of a line, a histogram and a plain span of each request, call and stage, made by hand: what such records take of anybody. */
  readonly records: Used
  /** The same of what teams use today: pino-http, prom-client's middlewares, OpenTelemetry's instrumentations. */
  readonly peers: Used
  /** CPU milliseconds of the services that a request takes more, the median of the pairs. */
  readonly addedMs: number
  /** CPU milliseconds a request, by part of the code, from profiles of one more round. */
  readonly parts: Readonly<Record<'with' | 'without', Parts>>
  readonly goal: number
}

/** As many as there are variants: each goes first once. */
const PAIRS = VARIANTS.length
/** Rounds that are not counted: a service that has just started spends its time on compiling, with the SDK more than without. */
const WARM_ROUNDS = 8
const GOAL = 0.05
/** Longer than spans wait for their batch and their export, which are weighed too. */
const EXPORT_MS = 1000
/** Enough for every request of the run; budgets are not what is weighed. */
const LIMITS = { USER_BUDGET_USD: '1000', DAILY_BUDGET_USD: '1000' }
const hook = (name: string) => ['--import', new URL(`./${name}`, import.meta.url).href]
const HOOKS: Readonly<Record<Variant, readonly string[]>> = {
  with: [],
  without: hook('bare-hook.mjs'),
  peers: hook('peers-hook.mjs'),
  records: hook('bare-hook.mjs'),
  context: hook('bare-hook.mjs')
}

type Begin = (options?: SystemOptions) => Promise<System>

/** @param requests In a round. */
export async function weigh(begin: Begin, progress: Progress, requests: number): Promise<Weighed> {
  const folder = await mkdtemp(join(tmpdir(), 'rag-profiles-'))
  try {
    return await weighIn(folder, begin, progress, requests)
  } finally {
    if (!process.env['KEEP_PROFILES']) await rm(folder, { recursive: true, force: true })
  }
}

async function weighIn(folder: string, begin: Begin, progress: Progress, requests: number): Promise<Weighed> {
  const warm = WARM_ROUNDS * requests
  progress.step(`starting ${VARIANTS.length} systems`)
  const variables = { 'llm-service': LIMITS, model: { REMEMBER_VECTORS: '1', PIECE_DELAY_MS: '2' } }
  const more = (variant: Variant): SystemOptions => ({
    variables,
    node: [...hook('profile-hook.mjs'), ...HOOKS[variant]],
    everywhere: { CPU_PROFILE_FOLDER: folder, ...((variant === 'context' || variant === 'records') && { BARE_KEEPS: variant }) }
  })
  const observed = await begin(more('with'))
  const shared = { model: observed.model }
  const systems: Readonly<Record<Variant, System>> = {
    with: observed,
    without: await begin({ ...more('without'), ...shared }),
    peers: await begin({ ...more('peers'), ...shared }),
    records: await begin({ ...more('records'), ...shared }),
    context: await begin({ ...more('context'), ...shared })
  }
  let sent: Weighed['sent'] = {}
  const measure = async (system: System, from: number): Promise<Used> => {
    const services = system.services.map(({ pid }) => pid)
    const stores = [...system.stores, observed.provider!].map(({ pid }) => pid)
    const before = [cpuSeconds(services), cpuSeconds(stores), spansOf(system)] as const
    sent = await replay(system, from, requests)
    await pause(EXPORT_MS)
    const used = cpuSeconds(services) - before[0]
    return { services: used, system: used + cpuSeconds(stores) - before[1], spans: (spansOf(system) - before[2]) / requests }
  }
  let at = 0
  for (; at < warm; at += requests) {
    progress.step(`warming up, ${at} of ${warm} requests`)
    await embedAhead(observed.model, at, requests)
    for (const system of Object.values(systems)) await measure(system, at)
  }
  const pairs: Weighed['pairs'][number][] = []
  for (let pair = 1; pair <= PAIRS; pair++, at += requests) {
    progress.step(`pair ${pair} of ${PAIRS}`)
    await embedAhead(observed.model, at, requests)
    // Each goes first once, for whoever comes after another finds a busier machine.
    const order = VARIANTS.map((_, index) => VARIANTS[(index + pair) % VARIANTS.length]!)
    const used: Partial<Record<Variant, Used>> = {}
    for (const variant of order) used[variant] = await measure(systems[variant], at)
    pairs.push(used as Record<Variant, Used>)
  }
  progress.step('profiling')
  await embedAhead(observed.model, at, requests)
  const profile = async (variant: 'with' | 'without') =>
    eachRequest(await profiled(systems[variant], folder, () => replay(systems[variant], at, requests)), requests)
  const parts = { with: await profile('with'), without: await profile('without') }
  const overhead = shares(pairs, 'with')
  const addedMs = (median(pairs.map((pair) => pair.with.services - pair.without.services)) / requests) * 1000
  const ok = overhead.system <= GOAL
  const [context, records, peers] = [shares(pairs, 'context'), shares(pairs, 'records'), shares(pairs, 'peers')]
  return { ok, requests, warm, sent, pairs, overhead, context, records, peers, addedMs, parts, goal: GOAL }
}

function spansOf({ sink }: System): number {
  return [...sink.counts.values()].reduce((sum, { all }) => sum + all, 0)
}

function shares(pairs: Weighed['pairs'], variant: Variant): Used {
  const share = (what: 'system' | 'services') =>
    median(pairs.map((pair) => (pair[variant][what] - pair.without[what]) / pair.without[what]))
  return { system: share('system'), services: share('services'), spans: median(pairs.map((pair) => pair[variant].spans)) }
}

function eachRequest(parts: Parts, requests: number): Parts {
  return Object.fromEntries(Object.entries(parts).map(([part, ms]) => [part, ms / requests]))
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
