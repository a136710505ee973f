// createMetrics(): storage, observer, page and registry tied together.
import { type Admin, checkOptions, checkService, drain, durationMs, failureSource, RagError, resolveMasker, startAdmin } from '@rag/core'
import { catalogue } from '@rag/core/catalogue'
import { applicationFace } from './application.js'
import { defineIn } from './define-metric.js'
import { CONTENT_TYPES, negotiate } from './exposition/format.js'
import { pagesOf } from './exposition/page.js'
import { identityOf } from './identity.js'
import { metricsObserver } from './observer.js'
import { accountOf, ownFigures } from './own-figures.js'
import { poolSource } from './pool.js'
import { isOurs, joinRegistry, leaveRegistry } from './registry/join.js'
import { type OwnRegistry, ownRegistry } from './registry/own.js'
import type { RegistryLike } from './registry/types.js'
import { startResources } from './resources/resources.js'
import { sourcesOf } from './sources.js'
import { set } from './storage/series.js'
import { Store } from './storage/store.js'
import { runCollector } from './stores/collector.js'
import type { Metrics, MetricsOptions } from './types.js'

const KNOWN = ['service', 'version', 'environment', 'registry', 'resources', 'slow', 'limits', 'mask', 'warn'] as const

/**
 * Makes the metrics of a service: bounded storage of our own, fed by the operations of the SDK, shown as Prometheus text or OpenMetrics.
 * Nothing listens until `admin()` is called.
 *
 * @throws RagError `RAG_CORE_SERVICE`, `RAG_CORE_UNKNOWN_OPTION`, `RAG_METRICS_OPTION`, `RAG_METRICS_REGISTRY`
 * @example
 * const metrics = createMetrics({ service: 'rag-engine' })
 * app.use(httpMetrics(metrics))
 * await metrics.admin({ port: 9464 })
 */
export function createMetrics<R extends RegistryLike = OwnRegistry>(options: MetricsOptions<R>): Metrics<R> {
  checkOptions('createMetrics', options, KNOWN)
  const service = checkService('createMetrics', options.service)
  const { version, environment } = identityOf(options)
  const masker = resolveMasker(options.mask)
  const store = new Store({
    maxSeries: limitOf('limits.series', options.limits?.series, 10_000),
    maxSeriesPerMetric: limitOf('limits.seriesPerMetric', options.limits?.seriesPerMetric, 2000),
    mask: (value) => masker.mask(value),
    warn: options.warn ?? ((message) => process.emitWarning(message, { code: 'RAG_METRICS_OVERFLOW' }))
  })
  const sources = sourcesOf(store)
  // What waits in the batch of the core belongs to this moment, whoever asks.
  const collect = () => {
    drain()
    sources.collect()
  }
  let scrapeSeconds = 0
  const given = options.registry === undefined ? undefined : checkRegistry(options.registry)
  const registry = (given ?? ownRegistry(() => text())) as R & { _defaultLabels?: Record<string, string> }

  const pages = pagesOf({
    collect,
    metrics: () => store.metrics.values(),
    foreign: () => ({
      metrics: registry.getMetricsAsArray().filter((metric) => !isOurs(metric) && !isShadowed(store, metric)),
      defaults: registry._defaultLabels ?? {}
    }),
    scraped(seconds) {
      scrapeSeconds = seconds
    }
  })
  const text = async (accept?: string): Promise<string> => (await pages.pieces(negotiate(accept))).join('')

  // Collectors only join a registry of the application; our own shows the page as it is.
  if (given) store.onAdd = (metric) => void joinRegistry(given, metric, collect)
  const undo = [sources.add(failureSource), sources.add(ownFigures(store, () => scrapeSeconds))]
  undo.push(sources.add(masker.source))
  if (options.resources !== false) undo.push(startResources(store, sources))
  set(store.get('rag_build_info').resolve([service, version, environment, process.version]), 1)
  const observer = metricsObserver(store, {
    service,
    slowMs: durationMs('slow', options.slow ?? '500ms'),
    addSource(source) {
      const remove = sources.add(source)
      // So that the registry knows its metrics before the first scrape.
      if (given) setImmediate(collect).unref()
      return remove
    }
  })
  if (given) collect()

  const admins = new Set<Admin>()
  let closing: Promise<void> | undefined
  const metrics: Metrics<R> = {
    registry,
    observer,
    text,
    async page({ headers }) {
      const format = negotiate(headers.accept)
      return { type: CONTENT_TYPES[format], body: await pages.pieces(format) }
    },
    defineMetric: (definition) => defineIn(store, definition),
    definitions: () => [...new Set([...Object.values(catalogue), ...[...store.metrics.values()].map(({ definition }) => definition)])],
    async admin(adminOptions = {}) {
      const admin = await startAdmin({ ...adminOptions, pages: { '/metrics': metrics.page } })
      admins.add(admin)
      return admin
    },
    ...applicationFace(store, version, masker),
    pool: (pool, { name }) => sources.add(poolSource(pool, name)),
    collect(collector, collectOptions) {
      const running = runCollector(collector, collectOptions)
      const remove = sources.add(running.source)
      const stop = () => {
        running.stop()
        remove()
      }
      undo.push(stop)
      return { run: running.run, stop }
    },
    account: () => accountOf(store),
    shutdown() {
      closing ??= (async () => {
        await Promise.all([...admins].map((admin) => admin.close()))
        for (const stop of undo) stop()
        if (given) for (const metric of store.metrics.values()) leaveRegistry(given, metric)
      })()
      return closing
    }
  }
  return metrics
}

/** A metric that somebody registered under the name of one of ours would make the family stand twice on the page. */
function isShadowed(store: Store, metric: unknown): boolean {
  const name = String((metric as { name?: unknown }).name)
  return (store.metrics.get(name)?.series.size ?? 0) > 0
}

function limitOf(option: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RagError('RAG_METRICS_OPTION', {
    option,
    value,
    problem: 'this is no number of label sets',
    fix: `give a whole number above 0, or leave it out for ${otherwise}`
  })
}

function checkRegistry<R extends RegistryLike>(registry: R): R {
  const shape = registry as Partial<RegistryLike> | null
  if (
    typeof shape?.registerMetric === 'function' &&
    typeof shape.getSingleMetric === 'function' &&
    typeof shape.getMetricsAsArray === 'function'
  )
    return registry
  throw new RagError('RAG_METRICS_REGISTRY', {
    option: 'registry',
    problem: 'this is no registry of prom-client',
    fix: 'pass `register` or `new Registry()` of prom-client, or leave the option out'
  })
}
