// Search by words in Elasticsearch: one document a passage, replaced as a whole with its document.
import type { NewDocument } from './store.js'
import type { FoundByWords, Words } from './words.js'

/** What is used of the official client. */
export interface ElasticLike {
  bulk(request: { refresh: 'wait_for'; operations: object[] }): Promise<{ errors: boolean; items: object[] }>
  deleteByQuery(request: { index: string; refresh: boolean; query: object }): Promise<unknown>
  search(request: { index: string; size: number; query: object }): Promise<{ hits: { hits: { _source?: unknown }[] } }>
  indices: { exists(request: { index: string }): Promise<boolean>; create(request: { index: string; mappings: object }): Promise<unknown> }
}

const INDEX = 'rag-demo-passages'
const MAPPINGS = {
  properties: {
    document: { type: 'keyword' },
    title: { type: 'text', analyzer: 'english' },
    heading: { type: 'text', analyzer: 'english' },
    position: { type: 'integer' },
    text: { type: 'text', analyzer: 'english' }
  }
}

export function createElasticWords(client: object): Words {
  const search = client as ElasticLike
  let ready: Promise<void> | undefined
  const prepare = async () => {
    if (!(await search.indices.exists({ index: INDEX }))) await search.indices.create({ index: INDEX, mappings: MAPPINGS })
  }
  const remove = (documents: readonly string[]) =>
    search.deleteByQuery({ index: INDEX, refresh: true, query: { terms: { document: documents } } })

  return {
    async find(question, limit) {
      const query = { multi_match: { query: question, fields: ['title^2', 'text'] } }
      const { hits } = await search.search({ index: INDEX, size: limit, query })
      return hits.hits.map(({ _source }) => _source as FoundByWords)
    },
    async replace(documents) {
      // What failed once is tried again.
      ready ??= prepare().catch((error: unknown) => {
        ready = undefined
        throw error
      })
      await ready
      await remove(documents.map(({ id }) => id))
      const operations = documents.flatMap(operationsOf)
      if (operations.length === 0) return
      const { errors } = await search.bulk({ refresh: 'wait_for', operations })
      if (errors) throw new Error('Elasticsearch refused some of the passages')
    },
    async remove(id) {
      await remove([id])
    }
  }
}

function operationsOf({ id, title, passages }: NewDocument): object[] {
  return passages.flatMap(({ position, heading, text }) => [
    { index: { _index: INDEX, _id: `${id}#${position}` } },
    { document: id, title, heading, position, text }
  ])
}
