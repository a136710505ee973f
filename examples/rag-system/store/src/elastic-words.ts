// Search by words in Elasticsearch: one document a passage, replaced as a whole with its document.
import type { FoundByWords, Held, WordedDocument, Words } from './words.js'

interface Bucket {
  readonly key: { readonly document: string; readonly hash: string }
  readonly doc_count: number
}
interface Listed {
  readonly aggregations?: { readonly documents?: { readonly after_key?: object; readonly buckets: readonly Bucket[] } }
}
/** What is used of the official client. */
export interface ElasticLike {
  bulk(request: { refresh: 'wait_for'; require_alias: true; operations: object[] }): Promise<{ errors: boolean }>
  count(request: { index: string; ignore_unavailable: true }): Promise<{ count: number }>
  deleteByQuery(request: { index: string; ignore_unavailable: true; refresh: true; query: object }): Promise<unknown>
  search(request: { index: string; size: number; query: object }): Promise<{ hits: { hits: { _source?: unknown }[] } }>
  search(request: { index: string; ignore_unavailable: true; size: 0; aggs: object }): Promise<Listed>
  indices: {
    exists(request: { index: string }): Promise<boolean>
    create(request: { index: string; aliases: object; mappings: object }): Promise<unknown>
  }
}

/** Everything goes by an alias: a write to an alias that is gone can be refused, where one to an index would make it anew, without these mappings. */
const NAME = 'rag-demo-words'
const INDEX = `${NAME}-1`
const MAPPINGS = {
  properties: {
    document: { type: 'keyword' },
    hash: { type: 'keyword' },
    title: { type: 'text', analyzer: 'english' },
    heading: { type: 'text', analyzer: 'english' },
    position: { type: 'integer' },
    text: { type: 'text', analyzer: 'english' }
  }
}
/** Documents in one answer when all are listed; there is no bound on how many answers. */
const PAGE = 1000
const SOURCES = [{ document: { terms: { field: 'document' } } }, { hash: { terms: { field: 'hash' } } }]

export function createElasticWords(client: object): Words {
  const search = client as ElasticLike
  const remove = (ids: readonly string[]) =>
    search.deleteByQuery({ index: NAME, ignore_unavailable: true, refresh: true, query: { terms: { document: ids } } })

  return {
    async find(question, limit) {
      const query = { multi_match: { query: question, fields: ['title^2', 'text'] } }
      const { hits } = await search.search({ index: NAME, size: limit, query })
      return hits.hits.map(({ _source }) => foundIn(_source as FoundByWords))
    },
    async replace(documents) {
      // Looked at each time: an index that was there may be lost.
      if (!(await search.indices.exists({ index: NAME })))
        await search.indices.create({ index: INDEX, aliases: { [NAME]: {} }, mappings: MAPPINGS })
      await remove(documents.map(({ id }) => id))
      const operations = documents.flatMap(operationsOf)
      if (operations.length === 0) return
      const { errors } = await search.bulk({ refresh: 'wait_for', require_alias: true, operations })
      if (errors) throw new Error('Elasticsearch refused some of the passages')
    },
    async remove(ids) {
      if (ids.length > 0) await remove(ids)
    },
    async documents() {
      const held = new Map<string, Held>()
      let after: object | undefined
      do {
        const composite = { size: PAGE, sources: SOURCES, ...(after && { after }) }
        const { aggregations } = await search.search({ index: NAME, ignore_unavailable: true, size: 0, aggs: { documents: { composite } } })
        const { buckets = [], after_key } = aggregations?.documents ?? {}
        for (const { key, doc_count: passages } of buckets)
          held.set(key.document, { hash: held.has(key.document) ? undefined : key.hash, passages })
        after = buckets.length < PAGE ? undefined : after_key
      } while (after)
      return held
    },
    passages: async () => (await search.count({ index: NAME, ignore_unavailable: true })).count
  }
}

function operationsOf({ id, title, hash, passages }: WordedDocument): object[] {
  return passages.flatMap(({ position, heading, text }) => [
    { index: { _index: NAME, _id: `${id}#${position}` } },
    { document: id, hash, title, heading, position, text }
  ])
}

function foundIn({ document, title, heading, position, text }: FoundByWords): FoundByWords {
  return { document, title, heading, position, text }
}
