// Documents and passages in PostgreSQL: near by their vectors (pgvector), by their words through Elasticsearch or full text.
import { ServiceError, type StoredDocument } from '@rag-example/wire'
import { HASHES, INDEXES, LIST, NEAR, REMOVE, REPLACE, SIZES, TABLES, WORDED } from './schema.js'
import type { FoundByWords, Words } from './words.js'

export interface Database {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

export interface NewPassage {
  readonly position: number
  readonly heading: string
  readonly text: string
  readonly vector: readonly number[]
}
export interface NewDocument {
  readonly id: string
  readonly title: string
  /** Of the content: the same hash needs no new vectors. */
  readonly hash: string
  readonly bytes: number
  readonly passages: readonly NewPassage[]
}

export interface Store {
  /** Makes the tables that are missing. */
  prepare(): Promise<void>
  /** Makes the indexes that are missing. */
  index(): Promise<void>
  hashes(): Promise<Map<string, string>>
  /** Replaces documents with all their passages. Gives the version of each. */
  replace(documents: readonly NewDocument[]): Promise<Map<string, number>>
  /** Whether there was such a document. */
  remove(id: string): Promise<boolean>
  list(limit: number): Promise<StoredDocument[]>
  sizes(): Promise<{ documents: number; passages: number }>
  near(vector: readonly number[], limit: number): Promise<readonly FoundByWords[]>
  worded(question: string, limit: number): Promise<readonly FoundByWords[]>
}

export function createStore(database: Database, words?: Words): Store {
  const rows = async <T>(text: string, values?: unknown[]) => (await database.query(text, values).catch(inWords)).rows as T[]
  return {
    async prepare() {
      for (const statement of TABLES) await database.query(statement)
    },
    async index() {
      for (const statement of INDEXES) await database.query(statement)
    },
    hashes: async () => new Map((await rows<{ id: string; hash: string }>(HASHES)).map(({ id, hash }) => [id, hash])),
    async replace(documents) {
      const passages = documents.flatMap(({ id, title, passages }) => passages.map((passage) => ({ document: id, title, ...passage })))
      const replaced = await rows<{ id: string; version: number }>(REPLACE, [
        documents.map(({ id }) => id),
        documents.map(({ title }) => title),
        documents.map(({ hash }) => hash),
        documents.map(({ bytes }) => bytes),
        documents.map(({ passages }) => passages.length),
        passages.map(({ document }) => document),
        passages.map(({ position }) => position),
        passages.map(({ title }) => title),
        passages.map(({ heading }) => heading),
        passages.map(({ text }) => text),
        passages.map(({ vector }) => vectorText(vector))
      ])
      await words?.replace(documents).catch(inWords)
      return new Map(replaced.map(({ id, version }) => [id, version]))
    },
    async remove(id) {
      const removed = (await rows(REMOVE, [id])).length > 0
      await words?.remove(id).catch(inWords)
      return removed
    },
    list: (limit) => rows<StoredDocument>(LIST, [limit]),
    sizes: async () => (await rows<{ documents: number; passages: number }>(SIZES))[0]!,
    near: (vector, limit) => rows<FoundByWords>(NEAR, [vectorText(vector), limit]),
    worded: (question, limit) => (words ? words.find(question, limit).catch(inWords) : rows<FoundByWords>(WORDED, [question, limit]))
  }
}

/** Connection exceptions, and a server that starts, stops or takes nobody more; what has no code of PostgreSQL did not reach it. */
const AWAY = /^(08|53|57P)/

function inWords(error: unknown): never {
  const { severity, code } = error as { severity?: string; code?: string }
  if (severity !== undefined && !AWAY.test(code ?? '')) throw error
  throw new ServiceError(503, 'The documents cannot be reached at the moment. Please try again.', 2, { cause: error })
}

/** A vector as pgvector reads it. */
function vectorText(vector: readonly number[]): string {
  return `[${vector.join(',')}]`
}
