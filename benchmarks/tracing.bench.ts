// What a span costs beside the SDK's in the same run: recorded, unsampled, decided on at the end, encoded; and a service while its collector is broken.
import { measureSinks } from './tracing/sinks.js'
import { measureSpans } from './tracing/spans.js'

const asJson = process.argv.includes('--json')
const only = process.argv.find((value) => value.startsWith('--only='))?.slice(7)
const result = {
  case: 'tracing',
  node: process.version,
  ...(only !== 'sinks' && { spans: await measureSpans() }),
  ...(only !== 'spans' && { sinks: await measureSinks() })
}
process.stdout.write(`${JSON.stringify(result, null, asJson ? undefined : 2)}\n`)
process.exit(0)
