// Model calls: CPU beside OpenTelemetry's, OpenLLMetry's, OpenInference's and Langfuse's instrumentations in one interleaved run; memory, prices, budgets, tokens. `cpu` or `figures` runs a part, `--write` puts the tables into docs/llm.md.
import { type Claim, report } from './cache/report.js'
import { putIntoDocs } from './docs.js'
import { benchCpu, startProvider } from './llm/cpu.js'
import { benchMemory, benchPrices, benchStoreAway, benchTokens } from './llm/figures.js'
import { claimTable, cpuTable } from './llm/page.js'

const rounds = Number(process.env['ROUNDS'] ?? 11)
const calls = Number(process.env['CALLS'] ?? 100_000)
const part = process.argv[2]
const wants = (name: string): boolean => part === undefined || part.startsWith('--') || part === name

const claims: Claim[] = []
const result: Record<string, unknown> = {}
const pages: Record<string, string> = {}

if (wants('cpu')) {
  const provider = await startProvider()
  const cpu = await benchCpu(provider.port, rounds)
  provider.stop()
  result['cpu'] = cpu
  claims.push(
    ['CPU of a chat call, times the bare client', cpu['chat']!['meter']!.ratio, '<=', 1.25],
    ['CPU of a stream of 200 chunks, times the bare client', cpu['stream']!['meter']!.ratio, '<=', 1.2]
  )
  pages['cpu'] = `${cpuTable(cpu, rounds)}\n\n${claimTable(claims)}`
}
if (wants('figures')) {
  const memory = benchMemory(calls)
  const price = benchPrices()
  const storeAway = await benchStoreAway(30)
  const tokens = benchTokens()
  Object.assign(result, { memory, price, storeAway, tokens })
  const figures: Claim[] = [
    [`MB that stay after ${calls.toLocaleString('en')} calls`, memory.growthBytes / 1e6, '<=', 1],
    [
      'MB held at any time of a streamed answer of 10 MB, above the bare client',
      (memory.longAnswerPeakBytes - memory.bareLongAnswerPeakBytes) / 1e6,
      '<=',
      1
    ],
    ['µs to find the price of a model', price.micros, '<=', 2],
    [`ms until three budgets whose Redis never answers have decided, at most, of ${storeAway.calls} calls`, storeAway.mostMs, '<=', 50],
    ['ms that a megabyte of hostile text holds the loop, tokenizer and estimate', tokens.mostCpuMs, '<=', 5]
  ]
  claims.push(...figures)
  pages['figures'] = claimTable(figures)
}
report('llm', rounds, result, claims)

if (process.argv.includes('--write')) putIntoDocs('llm.md', pages)
process.exit(0)
