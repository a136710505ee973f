// The cache in front of everything dear.
import type { Model } from '../config/model.js'
import { around } from './around.js'
import { BY, ON, rateOf } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const LOOKUPS = 'rag_cache_requests_total'
const AT = { cache: 'answers' }

export function cacheAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge } = kit(model)
  const lookups = (phases: readonly (readonly [rate: number, hits: number, length: string])[]) => [
    counter(
      LOOKUPS,
      phases.map(([rate, hits, length]) => [rate * hits, length] as const),
      { ...AT, layer: 'memory', result: 'hit' }
    ),
    counter(
      LOOKUPS,
      phases.map(([rate, hits, length]) => [rate * (1 - hits), length] as const),
      { ...AT, layer: 'memory', result: 'miss' }
    )
  ]
  const ratio = 'cache:rag_cache_hits:ratio_rate'
  return [
    {
      name: 'CacheHitRatioDrop',
      sentence: `Over 10 minutes the hit ratio of a cache is below ${limits.hitRatioDrop} of its own mean of 6 hours, at more than ${limits.cacheTraffic} look-ups per second, for 10 minutes and not within 30 minutes after a process of the service started.`,
      priority: 'P3',
      type: 'latency',
      expr: `${ratio}10m < ${limits.hitRatioDrop} * ${ratio}6h and ${rateOf(LOOKUPS, '10m', 'cache')} > ${limits.cacheTraffic} unless ${ON} (time() - max by (${BY}) (process_start_time_seconds) < 1800)`,
      for: '10m',
      summary: 'The cache {{ $labels.cache }} of {{ $labels.service }} hits less',
      impact: 'Only {{ $value | humanizePercentage }} of look-ups hit; the rest is loaded or computed again.',
      dashboard: 'overview',
      runbook: {
        causes: ['a key that changes with every request', 'an invalidation that matches too much', 'Redis is away'],
        look: [
          'sum by (cache, result) (rate(rag_cache_requests_total[10m]))',
          'sum by (cache, cause) (rate(rag_cache_invalidations_total[10m]))',
          'rag_cache_breaker_state'
        ],
        act: ['If invalidations rose, find their cause; if misses rose alone, look at the keys.']
      },
      tests: [
        {
          title: 'a fifth below its share, then as before',
          series: [
            ...lookups([
              [10, 0.9, m(360)],
              [10, 0.9 * limits.hitRatioDrop * 0.8, m(60)],
              [10, 0.9, m(30)]
            ])
          ],
          expect: 'quiet 374m, fires 385m, fires 419m, quiet 427m',
          labels: AT
        },
        {
          title: 'waits ten minutes after the window has fallen',
          series: lookups([
            [10, 0.9, m(360)],
            [10, 0, m(60)]
          ]),
          expect: 'quiet 371m, fires 376m',
          labels: AT
        },
        {
          title: 'only a little lower',
          series: lookups([
            [10, 0.9, m(360)],
            [10, 0.9 * limits.hitRatioDrop * 1.15, m(60)]
          ]),
          expect: 'quiet 419m'
        },
        {
          title: 'low for hours is its own mean',
          series: lookups([
            [10, 0.9, m(120)],
            [10, 0.4, m(480)]
          ]),
          expect: 'fires 150m, fires 340m, quiet 590m',
          labels: AT
        },
        {
          title: 'as many hits among four times the look-ups',
          series: lookups([
            [2, 0.9, m(360)],
            [8, 0.9 / 4, m(30)]
          ]),
          expect: 'quiet 371m, fires 372m',
          labels: AT
        },
        {
          title: 'just restarted, then no longer new',
          series: [
            ...lookups([
              [10, 0.9, m(360)],
              [10, 0.3, m(120)]
            ]),
            gauge('process_start_time_seconds', [
              [0, m(360)],
              [360 * 60, m(120)]
            ])
          ],
          expect: 'quiet 385m, quiet 398m, fires 402m',
          labels: AT
        },
        {
          title: 'too few look-ups',
          series: lookups([
            [limits.cacheTraffic * 0.9, 0.9, m(360)],
            [limits.cacheTraffic * 0.9, 0, m(60)]
          ]),
          expect: 'quiet 400m'
        },
        {
          title: 'many look-ups, then hardly any: ten minutes forget them',
          series: lookups([
            [limits.cacheTraffic * 5, 0.9, m(360)],
            [limits.cacheTraffic * 5, 0, m(30)],
            [limits.cacheTraffic * 0.5, 0, m(40)]
          ]),
          // Ten minutes hold 5 - 4.5 x 8.89/10 = 1 times the least after nine of them.
          expect: 'fires 390m, fires 398m, quiet 399m, quiet 405m',
          labels: AT
        },
        {
          title: 'just enough look-ups',
          series: lookups([
            [limits.cacheTraffic * 1.1, 0.9, m(360)],
            [limits.cacheTraffic * 1.1, 0, m(60)]
          ]),
          expect: 'fires 400m',
          labels: AT
        }
      ]
    },
    {
      name: 'CacheBreakerOpen',
      sentence: 'The circuit breaker of the Redis layer of a cache is open (2) for 5 minutes.',
      priority: 'P2',
      type: 'availability',
      expr: `max by (${BY}, cache) (rag_cache_breaker_state) == 2`,
      for: '5m',
      summary: 'The cache {{ $labels.cache }} of {{ $labels.service }} works without Redis',
      impact: 'Breaker state {{ $value }}: every process has only its own memory; loads rise by the number of processes.',
      dashboard: 'data',
      runbook: {
        causes: ['Redis is down or slow'],
        look: ['sum by (cache, reason) (rate(rag_cache_errors_total[5m]))', 'rag_redis_clients'],
        act: ['Bring Redis back; the breaker closes by itself.']
      },
      tests: around({
        limit: 2,
        above: 2,
        below: 1,
        hold: '5m',
        labels: AT,
        series: (phases) => [gauge('rag_cache_breaker_state', phases, AT)]
      })
    },
    {
      name: 'CacheInvalidationsPending',
      sentence: 'Invalidations of a cache wait for Redis for 10 minutes.',
      priority: 'P2',
      type: 'data',
      expr: `max by (${BY}, cache) (rag_cache_pending_invalidations) > 0`,
      for: '10m',
      summary: 'The cache {{ $labels.cache }} may serve what was deleted',
      impact: '{{ $value | humanize }} invalidations wait; other processes serve old answers meanwhile.',
      dashboard: 'data',
      runbook: {
        causes: ['Redis is down'],
        look: ['rag_cache_pending_invalidations', 'rag_cache_breaker_state'],
        act: ['Bring Redis back; if something must not be seen any more, restart the processes.']
      },
      tests: around({
        limit: 0,
        above: 1,
        below: 0,
        hold: '10m',
        labels: AT,
        series: (phases) => [gauge('rag_cache_pending_invalidations', phases, AT)]
      })
    }
  ]
}
