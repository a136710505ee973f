// The figures that need no rival: memory, the price of a call, a store that is away, tokens of hostile texts.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { boundedTokenizer, createMeter, estimateTokens } from '@rag/llm-meter'
import { createPriceList } from '../../packages/llm-meter/src/prices/price-list.js'
import { median } from '../statistics.js'

export interface Memory {
  calls: number
  growthBytes: number
  longAnswerBytes: number
  longAnswerPeakBytes: number
  bareLongAnswerPeakBytes: number
}

export function benchMemory(calls: number): Memory {
  const file = fileURLToPath(new URL('./memory.cjs', import.meta.url))
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', file, String(calls)], { encoding: 'utf8' })
  return JSON.parse(stdout) as Memory
}

const TIMER_MS = 40

/** Microseconds of CPU to find the rates of a model that was seen before. */
export function benchPrices(): { models: number; micros: number } {
  const list = createPriceList()
  const models = [
    'gpt-5',
    'gpt-5-mini',
    'gpt-5-nano',
    'gpt-4o',
    'gpt-4o-mini',
    'gpt-4.1',
    'gpt-4.1-mini',
    'o3',
    'o4-mini',
    'text-embedding-3-small'
  ]
  const rounds = 20_000
  const pass = () => {
    for (const model of models) list.find('openai', model, `${model}-2026-01-01`, 'default')
  }
  for (let n = 0; n < rounds; n++) pass()
  const before = process.cpuUsage()
  for (let n = 0; n < rounds; n++) pass()
  const { user, system } = process.cpuUsage(before)
  return { models: models.length, micros: Number(((user + system) / rounds / models.length).toFixed(3)) }
}

/** How long three budgets whose store never answers take to decide, less what a plain timer at the same time was late: the machine may be busy. */
export async function benchStoreAway(calls: number): Promise<{ calls: number; medianMs: number; mostMs: number }> {
  const never = () => new Promise<never>(() => {})
  const meter = createMeter()
  const store = { reserve: never, settle: async () => {}, peek: never }
  for (const name of ['one', 'two', 'three']) meter.budget({ name, window: '1d', limit: { requests: 1 }, store, onStoreDown: 'closed' })
  const ask = () => meter.fetch('http://127.0.0.1:9/v1/chat/completions', { method: 'POST', body: '{"model":"m"}' }).catch(() => {})
  await ask()
  const took: number[] = []
  for (let n = 0; n < calls; n++) {
    const started = performance.now()
    const [decided, late] = await Promise.all([ask().then(() => performance.now() - started), lateness()])
    took.push(decided - late)
  }
  return { calls, medianMs: Number(median(took).toFixed(1)), mostMs: Number(Math.max(...took).toFixed(1)) }
}

/** How late a timer of about the same length is. */
async function lateness(): Promise<number> {
  const started = performance.now()
  await new Promise((resolve) => setTimeout(resolve, TIMER_MS))
  return Math.max(0, performance.now() - started - TIMER_MS)
}

/** The longest that counting the tokens of a megabyte takes, by CPU: the machine may be busy; the tokenizer costs the square of its text, as those in use do. */
export function benchTokens(): { mostCpuMs: number; texts: Record<string, number> } {
  const square = boundedTokenizer((text) => {
    let steps = 0
    while (steps < text.length * text.length) steps++
    return Math.sqrt(steps)
  })
  const texts = { words: 'lorem ipsum dolor '.repeat(58_000), 'no spaces': 'a'.repeat(1_000_000), chinese: '你好'.repeat(500_000) }
  const result: Record<string, number> = {}
  for (const [name, text] of Object.entries(texts))
    for (const [how, count] of Object.entries({ estimate: estimateTokens, 'bounded tokenizer': square })) {
      const took = Array.from({ length: 15 }, () => {
        const before = process.cpuUsage()
        count(text)
        const { user, system } = process.cpuUsage(before)
        return (user + system) / 1000
      })
      result[`${name}, ${how}`] = Number(Math.max(...took.slice(5)).toFixed(2))
    }
  return { mostCpuMs: Math.max(...Object.values(result)), texts: result }
}
