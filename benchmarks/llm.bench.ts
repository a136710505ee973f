// Model calls: CPU beside OpenTelemetry's, OpenLLMetry's, OpenInference's and Langfuse's instrumentations in one interleaved run; memory, prices, budgets, tokens.
import { benchCpu, startProvider } from './llm/cpu.js'
import { benchMemory, benchPrices, benchStoreAway, benchTokens } from './llm/figures.js'

const rounds = Number(process.env['ROUNDS'] ?? 11)
const calls = Number(process.env['CALLS'] ?? 100_000)
const provider = await startProvider()
const cpu = await benchCpu(provider.port, rounds)
provider.stop()
const result = {
  case: 'llm',
  node: process.version,
  rounds,
  cpu,
  memory: benchMemory(calls),
  price: benchPrices(),
  storeAway: await benchStoreAway(30),
  tokens: benchTokens()
}
process.stdout.write(`${JSON.stringify(result, null, process.argv.includes('--json') ? undefined : 2)}\n`)
process.exit(0)
