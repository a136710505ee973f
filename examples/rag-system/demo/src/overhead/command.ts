// npm run demo -- overhead: the CPU of the whole system with the SDK and without, on the same recorded load, in interleaved pairs.
import { KNOWN_QUESTIONS } from '../known-documents.js'
import type { Progress } from '../progress.js'
import type { System, SystemOptions } from '../system/system.js'
import { table } from '../table.js'
import { ask, type Door, search } from '../traffic.js'
import { cpuSeconds } from './cpu.js'

interface Used {
  /** CPU seconds of the services that carry the SDK. */
  readonly services: number
  /** And of the stores that they use; the model, which embeds, is left out. */
  readonly system: number
}
export interface Weighed {
  readonly ok: boolean
  readonly requests: number
  readonly pairs: readonly { readonly with: Used; readonly without: Used; readonly context: Used }[]
  /** (with − without) / without, the median of the pairs. */
  readonly overhead: { readonly system: number; readonly services: number }
  /** The same of a context for each request and nothing else: what this Node takes of any tracer. */
  readonly context: { readonly system: number; readonly services: number }
  readonly goal: number
}

const PAIRS = 3
/** Rounds that are not counted: a service that has just started spends its time on compiling, with the SDK more than without. */
const WARM = 5
const GOAL = 0.05
const LANES = 3
const HOOK = new URL('./bare-hook.mjs', import.meta.url).href

type Begin = (options?: SystemOptions) => Promise<System>

export async function weigh(begin: Begin, progress: Progress): Promise<Weighed> {
  progress.step('starting three systems')
  const observed = await begin()
  const bare = await begin({ node: ['--import', HOOK] })
  const context = await begin({ node: ['--import', HOOK], everywhere: { BARE_CONTEXT: '1' } })
  let requests = 0
  const measure = async (system: System, round: number): Promise<Used> => {
    const services = system.services.map(({ pid }) => pid)
    const stores = system.stores.map(({ pid }) => pid)
    const before = [cpuSeconds(services), cpuSeconds(stores)] as const
    requests = await replay(system, round)
    const used = cpuSeconds(services) - before[0]
    return { services: used, system: used + cpuSeconds(stores) - before[1] }
  }
  for (let round = 0; round < WARM; round++) {
    progress.step(`warming up, round ${round + 1} of ${WARM}`)
    for (const system of [observed, bare, context]) await measure(system, -round)
  }
  const pairs: Weighed['pairs'][number][] = []
  for (let round = 1; round <= PAIRS; round++) {
    progress.step(`pair ${round} of ${PAIRS}`)
    const order = round % 2 === 1 ? [observed, bare, context] : [context, bare, observed]
    const used = new Map<System, Used>()
    for (const system of order) used.set(system, await measure(system, round))
    pairs.push({ with: used.get(observed)!, without: used.get(bare)!, context: used.get(context)! })
  }
  const shares = (variant: 'with' | 'context') => ({
    system: median(pairs.map(shareOf(variant, 'system'))),
    services: median(pairs.map(shareOf(variant, 'services')))
  })
  const overhead = shares('with')
  return { ok: overhead.system <= GOAL, requests, pairs, overhead, context: shares('context'), goal: GOAL }
}

const shareOf =
  (variant: 'with' | 'context', what: keyof Used) =>
  (pair: Weighed['pairs'][number]): number =>
    (pair[variant][what] - pair.without[what]) / pair.without[what]

/** The recorded load: each round has questions of its own, so that models and stores work in each. */
async function replay(system: System, round: number): Promise<number> {
  const door: Door = { url: system.gateway.url, apiKey: system.people[0]!.apiKey }
  const work = KNOWN_QUESTIONS.flatMap(({ question }, index) => {
    const own = `${question} (${round})`
    const asked = () => ask(door, { kind: index % 2 === 0 ? 'stream' : 'plain', question: own })
    return index % 3 === 0 ? [asked, () => search(door, own), asked] : [() => search(door, own)]
  })
  const requests = work.length
  const lane = async () => {
    for (let next = work.shift(); next; next = work.shift()) await next()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return requests
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

export function overheadReport({ ok, requests, pairs, overhead, context, goal }: Weighed): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  return [
    `\nCPU with the SDK − without, over without: ${percent(overhead.system)} (goal ${percent(goal)}: ${ok ? 'held' : 'NOT held'})`,
    `Of the services alone, without PostgreSQL and Redis: ${percent(overhead.services)}`,
    `Of a context for each request alone, as any tracer needs, on Node ${process.version}: ${percent(context.system)} of the system, ${percent(context.services)} of the services`,
    `${requests} requests a round, embedding left out, median of ${pairs.length} interleaved pairs`,
    ...table(
      ['pair', 'with, CPU s', 'without, CPU s', 'services with', 'services without', 'services with a context'],
      pairs.map((pair, index) => [
        String(index + 1),
        ...[pair.with.system, pair.without.system, pair.with.services, pair.without.services, pair.context.services].map((value) =>
          value.toFixed(2)
        )
      ])
    ),
    ''
  ].join('\n')
}
