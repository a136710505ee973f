// createMetrics(): storage, observer, page and registry tied together.
import {
  type Admin,
  type AdminOptions,
  checkOptions,
  checkService,
  checkSwitch,
  drain,
  durationMs,
  environmentIdentity,
  failureSource,
  resolveMasker,
  startAdmin
} from '@rag/core'
import { catalogue } from '@rag/core/catalogue'
import { applicationFace } from './application.js'
import { defineIn } from './define-metric.js'
import { CONTENT_TYPES, negotiate } from './exposition/format.js'
import { pagesOf } from './exposition/page.js'
import { startGather } from './gather/gather.js'
import { metricsObserver } from './observer.js'
import { checkRegistry, limitOf } from './options.js'
import { accountOf, ownFigures } from './own-figures.js'
import { poolSource, watchWaits } from './pool.js'
import { type OtlpParts, startOtlp } from './push/otlp.js'
import { pushgatewayOf } from './push/pushgateway.js'
import { isOurs, joinRegistry, leaveRegistry } from './registry/join.js'
import { type OwnRegistry, ownRegistry } from './registry/own.js'
import type { RegistryLike } from './registry/types.js'
import { startResources } from './resources/resources.js'
import { sourcesOf } from './sources.js'
import { observe, set } from './storage/series.js'
import { Store } from './storage/store.js'
import { runCollector } from './stores/collector.js'
import { topOf } from './top.js'
import type { AdminWithPages, Metrics, MetricsOptions } from './types.js'

const KNOWN = [
  'service',
  'version',
  'environment',
  'registry',
  'resources',
  'slow',
  'limits',
  'nativeHistograms',
  'otlp',
  'mask',
  'warn'
] as const

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
  const named = environmentIdentity()
  const { version = named.version ?? 'unknown', environment = named.environment ?? 'development' } = options
  const masker = resolveMasker(options.mask)
  const limits = {
    maxSeries: limitOf('limits.series', options.limits?.series, 10_000),
    maxSeriesPerMetric: limitOf('limits.seriesPerMetric', options.limits?.seriesPerMetric, 2000)
  }
  const warn = options.warn ?? ((message) => process.emitWarning(message, { code: 'RAG_METRICS' }))
  checkSwitch('RAG_METRICS_OPTION', 'nativeHistograms', options.nativeHistograms)
  checkSwitch('RAG_METRICS_OPTION', 'resources', options.resources)
  const native = options.nativeHistograms === true
  const store = new Store({ ...limits, native, mask: (value) => masker.mask(value), warn })
  const sources = sourcesOf(store)
  const tops: (() => void)[] = []
  // What waits in the batch of the core belongs to this moment, whoever asks.
  const collect = () => {
    drain()
    sources.collect()
    for (const refresh of tops) refresh()
  }
  let scrapeSeconds = 0
  const active = { server: 0, client: 0 }
  const given = options.registry === undefined ? undefined : checkRegistry(options.registry)
  const registry = (given ?? ownRegistry(() => text())) as R & { _defaultLabels?: Record<string, string> }

  // Every worker of a cluster asks for a listener; they all get the same one.
  const admin = async (wanted: AdminOptions) => (await ([...admins][0] ?? openAdmin(wanted))).url
  const gather = startGather({ service, store, limits, collect, warn, admin })
  const pages = pagesOf({
    collect,
    prepare: gather.prepare,
    metrics: gather.metrics,
    foreign: () => ({
      metrics: registry.getMetricsAsArray().filter((metric) => !isOurs(metric) && !isShadowed(store, metric)),
      defaults: registry._defaultLabels ?? {}
    }),
    scraped(seconds) {
      scrapeSeconds = seconds
    }
  })
  const text = async (accept?: string): Promise<string> => {
    const { pieces, done } = await pages.page(negotiate(accept))
    const whole = Buffer.concat(pieces).toString()
    done()
    return whole
  }
  const otlp = otlpOf(options.otlp, { identity: { service, version, environment }, views: pages.views, isMember: gather.isMember, warn })

  // Collectors only join a registry of the application; our own shows the page as it is.
  if (given) store.onAdd = (metric) => void joinRegistry(given, metric, collect)
  const undo = [sources.add(failureSource), sources.add(ownFigures(store, active, () => scrapeSeconds))]
  undo.push(sources.add(masker.source), sources.add(gather.source), gather.stop)
  if (otlp) undo.push(sources.add(otlp.source), otlp.stop)
  if (options.resources !== false) undo.push(startResources(store, sources))
  set(store.get('rag_build_info').resolve([service, version, environment, process.version]), 1)
  const observer = metricsObserver(store, {
    service,
    slowMs: durationMs('slow', options.slow ?? '500ms'),
    active,
    addSource(source) {
      const remove = sources.add(source)
      // So that the registry knows its metrics before the first scrape.
      if (given) setImmediate(collect).unref()
      return remove
    }
  })
  if (given) collect()

  const admins = new Set<Promise<Admin>>()
  const openAdmin = ({ pages: more, ...wanted }: AdminWithPages): Promise<Admin> => {
    const opening = startAdmin({ ...wanted, pages: { ...more, '/metrics': metrics.page } })
    admins.add(opening)
    opening.catch(() => admins.delete(opening))
    return opening
  }
  let closing: Promise<void> | undefined
  const metrics: Metrics<R> = {
    registry,
    observer,
    text,
    async page({ headers }) {
      const format = negotiate(headers.accept, native)
      const { pieces, done } = await pages.page(format)
      return { type: CONTENT_TYPES[format], body: pieces, done }
    },
    defineMetric: (definition) => defineIn(store, definition),
    defineTop(definition) {
      const { handle, refresh } = topOf(store, definition)
      tops.push(refresh)
      return handle
    },
    definitions: () => [...new Set([...Object.values(catalogue), ...[...store.metrics.values()].map(({ definition }) => definition)])],
    async admin(adminOptions = {}) {
      // In a cluster the primary listens for all.
      const { pages: _, ...plain } = adminOptions
      const url = await gather.adminOfPrimary(plain)
      if (url !== undefined) return { url, close: async () => {} }
      return openAdmin(adminOptions)
    },
    ...applicationFace(store, version, masker),
    pool(pool, { name }) {
      const forget = sources.add(poolSource(pool, name))
      const waits = store.get('db_client_connection_wait_time_seconds')
      const unwatch = watchWaits(pool, (seconds) => void observe(waits.resolve([name]), seconds))
      const stop = () => {
        unwatch()
        forget()
      }
      undo.push(stop)
      return stop
    },
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
    pushGateway(pushOptions) {
      const { push, remove, source } = pushgatewayOf(pushOptions, text, warn)
      undo.push(sources.add(source))
      return { push: () => push(), remove }
    },
    async flush() {
      await otlp?.push()
    },
    account: () => accountOf(store),
    shutdown() {
      closing ??= (async () => {
        await otlp?.push()
        await Promise.allSettled([...admins].map(async (opened) => (await opened).close()))
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

/** Pushes when the option asks for it, or the standard variable does and nothing forbids it. */
function otlpOf(option: MetricsOptions['otlp'], parts: OtlpParts): ReturnType<typeof startOtlp> | undefined {
  const { OTEL_METRICS_EXPORTER: exporters = '', OTEL_SDK_DISABLED: disabled = '' } = process.env
  const named = exporters.split(',').some((name) => name.trim().toLowerCase() === 'otlp')
  const asked = option ?? (named && disabled.trim().toLowerCase() !== 'true')
  return asked === false ? undefined : startOtlp(asked === true ? {} : asked, parts)
}
