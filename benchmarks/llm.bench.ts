// Model calls: CPU beside OpenTelemetry's, OpenLLMetry's, OpenInference's and Langfuse's instrumentations; what each records; memory, prices, budgets, tokens.
import { benchCpu, startProvider } from './llm/cpu.js'

const rounds = Number(process.env['ROUNDS'] ?? 9)
const provider = await startProvider()
const cpu = await benchCpu(provider.port, rounds)
provider.stop()
process.stdout.write(`${JSON.stringify({ case: 'llm', node: process.version, rounds, cpu }, null, process.argv.includes('--json') ? undefined : 2)}\n`)
process.exit(0)
