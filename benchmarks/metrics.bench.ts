// Metrics: one recording, one request through a middleware, hostile URLs, a scrape with the cap full; beside prom-client, its middlewares and OpenTelemetry.
// Name some of the cases to run only these: `npm run bench -- metrics record scrape`. `--write` puts the table of a whole run into the guide.
import { type CaseResult, tableOf, writeGuide } from './metrics/claims.js'
import { benchHostile } from './metrics/hostile.js'
import { benchMiddlewares } from './metrics/middlewares.js'
import { benchRecord } from './metrics/record.js'
import { benchResources } from './metrics/resources.js'
import { benchScrape } from './metrics/scrape.js'

const CASES: Record<string, () => CaseResult | Promise<CaseResult>> = {
  // First, while the heap holds nothing else: a collection of the peers' objects is no stretch of ours.
  scrape: benchScrape,
  record: benchRecord,
  middleware: benchMiddlewares,
  hostile: benchHostile,
  resources: benchResources
}

const words = process.argv.slice(2)
const asked = words.filter((word) => Object.hasOwn(CASES, word))
const results: Record<string, CaseResult> = {}
for (const name of asked.length > 0 ? asked : Object.keys(CASES)) {
  process.stderr.write(`${name}\n`)
  results[name] = await CASES[name]!()
}

const claims = Object.values(results).flatMap((result) => result.claims)
const figures = Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.figures]))
if (words.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ case: 'metrics', node: process.version, results: figures, claims })}\n`)
} else {
  const table = tableOf(claims, `Node ${process.version}, interleaved rounds on a shared two-core machine.`)
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n\n${table}\n`)
  if (words.includes('--write') && asked.length === 0) writeGuide(table)
}
process.exit(0)
