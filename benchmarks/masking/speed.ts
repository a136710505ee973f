// What masking costs on ordinary records and lines, every engine in the same interleaved run.
import { median, quartiles } from '../statistics.js'
import type { Engine } from './peers.js'
import { type Random, seededRandom } from './random.js'

const ROUNDS = 15
/** Time in milliseconds that one engine gets in one round. */
const SLICE = 25

/** Nanoseconds an item, and the rounds they are the median of. */
export interface Cost {
  median: number
  rounds: number[]
}

/** Records of about 20 keys on two levels; one in fifty holds a token. */
export function records(count: number, seed = 7): Record<string, unknown>[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, index) => record(random, index % 50 === 0))
}

function record(r: Random, leaks: boolean): Record<string, unknown> {
  return {
    requestId: r.uuid(),
    traceId: r.of('hex', 32),
    spanId: r.of('hex', 16),
    method: 'POST',
    route: '/v1/collections/:id/search',
    url: `/v1/collections/${r.of('lo', 8)}/search?limit=10&cursor=${r.of('an', 16)}`,
    statusCode: 200,
    durationMs: r.int(90_000) / 100,
    outcome: 'ok',
    user: { id: r.int(90_000), role: 'reader', locale: 'ja-JP', plan: 'team' },
    question: 'How long may a document stay in the archive before it has to be reviewed again, and who decides that?',
    documents: Array.from({ length: 5 }, () => ({
      id: `doc-${r.of('hex', 8)}`,
      score: r.int(1000) / 1000,
      chunk: r.int(40),
      title: words(r, 6)
    })),
    model: 'gpt-4o-mini-2024-07-18',
    promptTokens: r.int(9000),
    completionTokens: r.int(900),
    cached: false,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36',
    tags: ['archive', 'search', 'ja'],
    note: leaks ? `retried with ghp_${r.of('an', 36)}` : words(r, 30),
    host: `rag-engine-${r.of('lo', 5)}`
  }
}

const WORDS =
  'the index answers with documents that were split into chunks and ranked by a model before they reach the reader of this page'.split(' ')
const words = (r: Random, count: number): string => Array.from({ length: count }, () => r.pick(WORDS)).join(' ')

/** Clean `key=value` lines of about 1 KB, as services write them. */
export function lines(count: number, seed = 8): string[] {
  const r = seededRandom(seed)
  return Array.from({ length: count }, () => {
    let out = `ts=2026-11-24T10:20:30.123Z level=info request_id=${r.uuid()} trace_id=${r.of('hex', 32)} msg="${words(r, 20)}"`
    while (out.length < 1000)
      out += ` ${r.pick(['route', 'took_ms', 'size', 'index', 'shard', 'host', 'retries', 'queue'])}=${r.pick([r.of('lo', 6), String(r.int(9999)), '/v1/items'])} ${words(r, 3)}`
    return out.slice(0, 1024)
  })
}

/** Clean paths with a query, as every request line and client span holds one. */
export function urls(count: number, seed = 9): string[] {
  const r = seededRandom(seed)
  return Array.from(
    { length: count },
    () => `/v1/collections/${r.of('lo', 8)}/search?q=${words(r, 4).replaceAll(' ', '+')}&limit=${r.int(90)}&sort=created_at&lang=ja-JP`
  )
}

/** Time per item of each task, slice by slice in turn; asynchronous tasks are awaited. */
export async function interleaved<T>(
  tasks: readonly { name: string; run(item: T): unknown }[],
  items: readonly T[]
): Promise<Record<string, Cost>> {
  const costs: Record<string, Cost> = {}
  for (const { name } of tasks) costs[name] = { median: 0, rounds: [] }
  for (let round = -2; round < ROUNDS; round++)
    for (const { name, run } of tasks) {
      let done = 0
      const start = performance.now()
      do {
        for (let turn = 0; turn < 4; turn++) {
          const out = run(items[(done + round + 2) % items.length]!)
          if (out instanceof Promise) await out
          done++
        }
      } while (performance.now() - start < SLICE)
      if (round >= 0) costs[name]!.rounds.push(((performance.now() - start) * 1e6) / done)
    }
  for (const cost of Object.values(costs)) cost.median = median(cost.rounds)
  return costs
}

/** How many times faster `name` is than `rival`, round by round. */
export function faster(costs: Record<string, Cost>, name: string, rival: string): { median: number; spread: [number, number] } {
  const ratios = costs[name]!.rounds.map((value, round) => costs[rival]!.rounds[round]! / value)
  const [low, high] = quartiles(ratios)
  return { median: short(median(ratios)), spread: [short(low), short(high)] }
}

const short = (value: number): number => Number(value.toPrecision(3))

export const asTasks = (engines: readonly Engine[], face: 'text' | 'object') =>
  engines.flatMap((engine) => {
    const run = engine[face] as ((item: never) => unknown) | undefined
    return run ? [{ name: engine.name, run: run as (item: unknown) => unknown }] : []
  })
