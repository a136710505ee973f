// The index template and the life cycle of the data stream, made from the fields that the logger emits.
import { durationMs } from '@rag/core'
import { type LogFieldType, logFields } from '@rag/core/catalogue'
import { readTarget, type ShippingOptions } from './options.js'

/** JSON for Elasticsearch. */
export interface Json {
  [key: string]: unknown
}

const LONGEST_KEYWORD = 1024

/** https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/field-data-types */
const MAPPINGS: Readonly<Record<LogFieldType, Json>> = {
  date: { type: 'date' },
  keyword: { type: 'keyword', ignore_above: LONGEST_KEYWORD },
  text: { type: 'match_only_text' },
  long: { type: 'long' },
  double: { type: 'double' },
  boolean: { type: 'boolean' },
  flattened: { type: 'flattened', ignore_above: LONGEST_KEYWORD },
  unindexed: { type: 'object', enabled: false }
}

/**
 * The body of `PUT _index_template/<name>` for the lines of the preset `ecs`.
 * Every field of the SDK has its type. Fields of the application become keywords, objects of the application one flattened field,
 * and beyond a thousand fields new ones are kept but not indexed: no line is refused because two services use a name differently as number and text.
 *
 * @throws RagError `RAG_LOGGER_OPTION`, `RAG_CORE_SERVICE`
 * @example
 * await elasticsearch.indices.putIndexTemplate({ name: 'rag-engine', ...indexTemplate({ service: 'rag-engine' }) })
 */
export function indexTemplate(options: ShippingOptions): Json {
  const { dataStream, service } = readTarget('indexTemplate', options)
  return {
    index_patterns: [dataStream],
    data_stream: {},
    priority: 500,
    template: {
      settings: {
        'index.lifecycle.name': policyName(service),
        'index.mapping.ignore_malformed': true,
        'index.mapping.total_fields.limit': 1000,
        'index.mapping.total_fields.ignore_dynamic_beyond_limit': true
      },
      mappings: {
        date_detection: false,
        dynamic_templates: [
          { objects: { match_mapping_type: 'object', mapping: MAPPINGS.flattened } },
          { values: { match_mapping_type: '*', mapping: MAPPINGS.keyword } }
        ],
        properties: properties()
      }
    },
    _meta: { made_by: '@rag/logger' }
  }
}

/** The name under which {@link lifecyclePolicy} is put. */
export function policyName(service: string): string {
  return `${service}-logs`
}

export interface LifecycleOptions {
  /** After this time lines are moved to cheaper nodes and merged. @default '7d' */
  warmAfter?: `${number}d`
  /** After this time lines are removed. @default '90d' */
  deleteAfter?: `${number}d`
}

/**
 * The body of `PUT _ilm/policy/<name>`: a new index each day or at 50 GB, cheaper after a week, gone after 90 days.
 *
 * @throws RagError `RAG_CORE_DURATION`
 * @example
 * await elasticsearch.ilm.putLifecycle({ name: policyName('rag-engine'), ...lifecyclePolicy({ deleteAfter: '30d' }) })
 */
export function lifecyclePolicy({ warmAfter = '7d', deleteAfter = '90d' }: LifecycleOptions = {}): Json {
  durationMs('warmAfter', warmAfter)
  durationMs('deleteAfter', deleteAfter)
  return {
    policy: {
      phases: {
        hot: { actions: { rollover: { max_age: '1d', max_primary_shard_size: '50gb' }, set_priority: { priority: 100 } } },
        warm: { min_age: warmAfter, actions: { forcemerge: { max_num_segments: 1 }, set_priority: { priority: 50 } } },
        delete: { min_age: deleteAfter, actions: { delete: {} } }
      }
    }
  }
}

/** Dotted names as the tree that a mapping is. */
function properties(): Json {
  const root: Json = {}
  for (const { ecs, type } of logFields) {
    if (ecs === null) continue
    const path = ecs.split('.')
    let level = root
    for (const name of path.slice(0, -1)) {
      level[name] ??= { properties: {} }
      level = (level[name] as { properties: Json }).properties
    }
    level[path.at(-1)!] = MAPPINGS[type]
  }
  return root
}
