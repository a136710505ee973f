// What a span costs beside the SDK's in the same run, and a service while its collector is broken (`--write` puts it into docs/tracing.md).
import { putIntoDocs } from './docs.js'
import { type Measured, sinksTable, spansTable } from './tracing/page.js'
import { measureSinks } from './tracing/sinks.js'
import { measureSpans } from './tracing/spans.js'

const only = process.argv.find((value) => value.startsWith('--only='))?.slice(7)
const result: Measured = {
  node: process.versions.node,
  ...(only !== 'sinks' && { spans: await measureSpans() }),
  ...(only !== 'spans' && { sinks: await measureSinks() })
}
const pages = { ...(result.spans && { spans: spansTable(result) }), ...(result.sinks && { sinks: sinksTable(result) }) }
process.stdout.write(`${Object.values(pages).join('\n\n')}\n`)
if (process.argv.includes('--write')) putIntoDocs('tracing.md', pages)
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ case: 'tracing', ...result })}\n`)
process.exit(0)
