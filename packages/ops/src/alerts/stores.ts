// Redis and the search index.
import type { Model } from '../config/model.js'
import { around } from './around.js'
import { grewOrBorn } from './expr.js'
import { kit, m, type Phase } from './kit.js'
import { level } from './level.js'
import type { Alert } from './types.js'

const AT = { instance: 'a:9464' }

export function storeAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge } = kit(model)
  const store = (name: string) => ({ store: name })
  return [
    {
      name: 'RedisMemoryHigh',
      sentence: `Redis uses more than ${limits.redisMemory} of its memory limit for 10 minutes.`,
      priority: 'P3',
      type: 'saturation',
      expr: `rag_redis_memory_used_bytes{service!=""} / (rag_redis_memory_max_bytes > 0) > ${limits.redisMemory}`,
      for: '10m',
      summary: 'Redis {{ $labels.store }} is nearly full',
      impact: '{{ $value | humanizePercentage }} of its memory is used; then it evicts or refuses writes.',
      dashboard: 'data',
      runbook: {
        causes: ['keys without a time to live', 'larger values'],
        look: ['rag_redis_keys - rag_redis_keys_with_expiry', 'rag_redis_memory_fragmentation_ratio'],
        act: ['Give keys a time to live; check the eviction policy; add memory.']
      },
      tests: [
        ...around({
          limit: limits.redisMemory,
          above: limits.redisMemory * 1.08,
          hold: '10m',
          labels: { ...AT, ...store('cache') },
          series: (phases) => [
            gauge(
              'rag_redis_memory_used_bytes',
              phases.map(([value, length]) => [(value as number) * 1000, length]),
              store('cache')
            ),
            gauge(
              'rag_redis_memory_max_bytes',
              phases.map(([, length]) => [1000, length]),
              store('cache')
            )
          ]
        }),
        {
          title: 'no limit is set',
          series: [
            gauge('rag_redis_memory_used_bytes', [[900, m(40)]], store('cache')),
            gauge('rag_redis_memory_max_bytes', [[0, m(40)]], store('cache'))
          ],
          expect: 'quiet 30m'
        }
      ]
    },
    {
      name: 'RedisEvictions',
      sentence: `Redis evicted more than ${limits.redisEvictions} keys per second over 10 minutes, for 10 minutes.`,
      priority: 'P3',
      type: 'saturation',
      expr: `sum by (service, environment, store) (rate(rag_redis_evicted_keys_total[10m])) > ${limits.redisEvictions}`,
      for: '10m',
      summary: 'Redis {{ $labels.store }} evicts keys',
      impact: '{{ $value | humanize }} keys a second leave before their time; what they saved is computed again.',
      dashboard: 'data',
      runbook: {
        causes: ['too little memory for the working set'],
        look: ['rag_redis_memory_used_bytes / rag_redis_memory_max_bytes', 'rate(rag_redis_misses_total[10m])'],
        act: ['Add memory or shorten times to live.']
      },
      tests: burst((phases) => [counter('rag_redis_evicted_keys_total', phases, store('cache'))], limits.redisEvictions, store('cache'))
    },
    level(
      model,
      'RedisSaveStale',
      'P2',
      'data',
      `The last save of Redis is older than ${limits.saveAgeSeconds} s, or its last save or append failed, for 5 minutes.`,
      {
        expr: `(time() - (rag_redis_persistence_last_save_timestamp_seconds{service!=""} > 0)) > ${limits.saveAgeSeconds} and rag_redis_persistence_ok == 0`,
        sentence: `The last save or append of Redis failed and the last good save is older than ${limits.saveAgeSeconds} s, for 5 minutes.`,
        metric: 'rag_redis_persistence_last_save_timestamp_seconds',
        limit: limits.saveAgeSeconds,
        hold: '5m',
        labels: store('cache'),
        summary: 'Redis {{ $labels.store }} no longer saves',
        impact: '{{ $value | humanizeDuration }} of changes would be lost with the process.',
        causes: ['the disk is full', 'no memory to fork'],
        look: ['rag_redis_persistence_ok'],
        act: ['Read the Redis log; free disk or memory; run BGSAVE.'],
        tests: [
          ...(
            [
              ['failing and older by a tenth', limits.saveAgeSeconds / 60, 0, 'fires'],
              ['failing but saved recently', limits.saveAgeSeconds / 60 + 30, 0, 'quiet'],
              ['old, but by its own plan', limits.saveAgeSeconds / 60, 1, 'quiet']
            ] as const
          ).map(([title, minutes, ok, state]) => ({
            title,
            series: [
              gauge('rag_redis_persistence_last_save_timestamp_seconds', [[60, m(minutes + 40)]], store('cache')),
              gauge('rag_redis_persistence_ok', [[ok, m(minutes + 40)]], store('cache'))
            ],
            expect:
              state === 'fires'
                ? `quiet ${m(minutes + 5)}, fires ${m(minutes + 8)}`
                : `quiet ${m(title.includes('recently') ? minutes - 32 : minutes + 20)}`,
            labels: { ...AT, ...store('cache') }
          })),
          {
            title: 'saves again',
            series: [
              gauge(
                'rag_redis_persistence_last_save_timestamp_seconds',
                [
                  [60, m(140)],
                  [8400, m(20)]
                ],
                store('cache')
              ),
              gauge(
                'rag_redis_persistence_ok',
                [
                  [0, m(140)],
                  [1, m(20)]
                ],
                store('cache')
              )
            ],
            expect: 'fires 139m, quiet 141m',
            labels: { ...AT, ...store('cache') }
          }
        ]
      }
    ),
    level(model, 'SearchClusterRed', 'P1', 'data', 'The search cluster is red for 2 minutes: a primary shard is missing.', {
      metric: 'rag_elasticsearch_cluster_status',
      limit: 2,
      expr: 'rag_elasticsearch_cluster_status{service!=""} == 2',
      above: 2,
      below: 1,
      hold: '2m',
      labels: store('search'),
      summary: 'The search cluster {{ $labels.store }} is red',
      impact: 'Status {{ $value }} of 2: documents of the missing shard are not found, so answers lack sources.',
      causes: ['a node is gone', 'a disk is over the flood stage'],
      look: ['rag_elasticsearch_shards'],
      act: ['Ask the cluster for the reason: GET _cluster/allocation/explain.']
    }),
    {
      name: 'FailedShards',
      sentence: 'Within 10 minutes a shard failed in the answer to a search.',
      priority: 'P2',
      type: 'data',
      expr: `${grewOrBorn('rag_elasticsearch_failed_shards_total', '10m', 'store')} > 0`,
      summary: 'Searches in {{ $labels.store }} lack shards',
      impact: '{{ $value | humanize }} shard answers are missing: results are incomplete without an error.',
      dashboard: 'data',
      runbook: {
        causes: ['a breaker refused', 'a node is overloaded', 'a mapping conflict'],
        look: ['rate(rag_elasticsearch_breaker_trips_total[10m])', 'rag_elasticsearch_heap_used_ratio'],
        act: ['Look at `_shards.failures` of a search.']
      },
      tests: [
        {
          title: 'one after half an hour, then none',
          series: [
            counter(
              'rag_elasticsearch_failed_shards_total',
              [
                [0, m(30)],
                [1 / 60, m(1)],
                [0, m(40)]
              ],
              store('search')
            )
          ],
          expect: 'quiet 29m, fires 32m, fires 38m, quiet 43m',
          labels: store('search')
        },
        {
          title: 'the first ever, in a counter born with it',
          series: [
            gauge(
              'rag_elasticsearch_failed_shards_total',
              [
                [null, m(20)],
                [1, m(40)]
              ],
              store('search')
            )
          ],
          expect: 'quiet 19m, fires 21m, fires 28m, quiet 32m',
          labels: store('search')
        },
        {
          title: 'some, long ago',
          series: [gauge('rag_elasticsearch_failed_shards_total', [[9, m(60)]], store('search'))],
          expect: 'quiet 30m'
        }
      ]
    },
    {
      name: 'IndexGrowth',
      sentence: `An index is more than ${limits.indexGrowth} times as large as 7 days ago and larger than 1 GB, for 1 hour.`,
      priority: 'P3',
      type: 'saturation',
      expr: `max by (service, environment, store, index) (rag_elasticsearch_index_size_bytes) / (max by (service, environment, store, index) (rag_elasticsearch_index_size_bytes offset 7d) > 0) > ${limits.indexGrowth} and max by (service, environment, store, index) (rag_elasticsearch_index_size_bytes) > 1e9`,
      for: '1h',
      summary: 'The index {{ $labels.index }} grows fast',
      impact: 'It is {{ $value | humanize }} times as large as a week ago.',
      dashboard: 'capacity',
      runbook: {
        causes: ['documents are indexed twice', 'a new source', 'old versions are kept'],
        look: ['rag_elasticsearch_index_documents', 'rag_elasticsearch_index_size_bytes'],
        act: ['Compare documents with size; check the life-cycle policy.']
      },
      tests: (
        [
          ['a tenth above', limits.indexGrowth * 1.1, 2e9, 'fires'],
          ['a tenth below', limits.indexGrowth * 0.9, 2e9, 'quiet'],
          ['fast but small', limits.indexGrowth * 3, 2e8, 'quiet'],
          ['fast and just large enough', limits.indexGrowth * 2, 1.1e9 / (limits.indexGrowth * 2), 'fires']
        ] as const
      ).map(([title, times, size, state]) => ({
        title,
        step: '30m',
        series: [
          gauge(
            'rag_elasticsearch_index_size_bytes',
            [
              [size, '7d'],
              [size * times, '6d'],
              [size, '1d']
            ],
            { store: 'search', index: 'documents' }
          )
        ],
        expect: `quiet 168h30m, ${state} 169h, ${state} 300h, quiet 316h`,
        labels: { store: 'search', index: 'documents' }
      }))
    },
    level(
      model,
      'SearchHeapHigh',
      'P2',
      'saturation',
      `The fullest node of the search cluster uses more than ${limits.searchHeap} of its heap for 15 minutes.`,
      {
        metric: 'rag_elasticsearch_heap_used_ratio',
        limit: limits.searchHeap,
        hold: '15m',
        labels: store('search'),
        summary: 'The heap of {{ $labels.store }} is nearly full',
        impact: '{{ $value | humanizePercentage }} of the heap is used; breakers refuse searches above 95 %.',
        causes: ['too many shards', 'field data of text fields', 'large aggregations'],
        look: [
          'rag_elasticsearch_fielddata_bytes',
          'sum by (store) (rag_elasticsearch_shards)',
          'rate(rag_elasticsearch_gc_time_seconds_total[5m])'
        ],
        act: ['Clear field data; merge small shards; add a node.']
      }
    )
  ]
}

/** Scenarios of a rate over ten minutes that must hold for ten. */
function burst(
  series: (phases: readonly Phase[]) => Alert['tests'][number]['series'],
  limit: number,
  labels: Record<string, string>
): Alert['tests'] {
  return [
    {
      title: 'a tenth above, then none',
      series: series([
        [limit * 1.1, m(40)],
        [0, m(40)]
      ]),
      expect: 'quiet 15m, fires 24m, fires 39m, quiet 43m',
      labels
    },
    {
      title: 'none, then twice the rate: half of the window is enough',
      series: series([
        [0, m(40)],
        [limit * 2, m(40)]
      ]),
      expect: 'quiet 54m, fires 57m',
      labels
    },
    { title: 'a tenth below', series: series([[limit * 0.9, m(40)]]), expect: 'quiet 39m', labels }
  ]
}
