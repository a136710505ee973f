// Metrics: one recording, one request through a middleware, hostile URLs, a scrape with the cap full; beside prom-client, its middlewares and OpenTelemetry.
import { benchHostile } from './metrics/hostile.js'
import { benchMiddlewares } from './metrics/middlewares.js'
import { benchRecord } from './metrics/record.js'
import { benchResources } from './metrics/resources.js'
import { benchScrape } from './metrics/scrape.js'

const result = {
  case: 'metrics',
  node: process.version,
  record: benchRecord(),
  middleware: await benchMiddlewares(),
  hostile: await benchHostile(),
  scrape: await benchScrape(),
  resources: await benchResources()
}
process.stdout.write(`${JSON.stringify(result, null, process.argv.includes('--json') ? undefined : 2)}\n`)
process.exit(0)
