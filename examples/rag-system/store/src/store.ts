// Documents and passages in PostgreSQL: near by their vectors (pgvector), by their words through Elasticsearch or full text.
import { ServiceError, type StoredDocument } from '@rag-example/wire'
import { HASHES, INDEXES, LIST, NEAR, REMOVE, REPLACE, SIZES, TABLES, WORDED } from './schema.js'
import type { FoundByWords, Words } from './words.js'

type Statement = { readonly text: string; readonly values?: unknown[]; readonly query_timeout: number }
interface Connection {
  query(statement: Statement): Promise<unknown>
  /** With `true` it is closed, not kept. */
  release(close?: boolean): void
}
/** What is used of a Pool of `pg`. */
export interface Database {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  connect(): Promise<Connection>
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
  /** Makes the tables and indexes that are missing and replaces these documents, all at once: nobody finds half an index. */
  fill(documents: readonly NewDocument[]): Promise<void>
  /** Of every document; none when there are no tables. */
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

/** Documents in one statement, while the index is filled. */
const FILL = 50
const FILL_LIMIT_MS = 120_000

export interface StoreOptions {
  /** Who searches by words, if not the database. */
  readonly words?: Words | undefined
  /** Told when a statement failed: the index may be away, or lost. */
  failed?(): void
}

export function createStore(database: Database, { words, failed }: StoreOptions = {}): Store {
  const inWords = (error: unknown): never => {
    failed?.()
    throw told(error)
  }
  const rows = async <T>(text: string, values?: unknown[]) => (await database.query(text, values).catch(inWords)).rows as T[]
  return {
    async fill(documents) {
      const connection = await database.connect().catch(inWords)
      const run = (text: string, values: unknown[] = []) => connection.query({ text, values, query_timeout: FILL_LIMIT_MS })
      try {
        await run('BEGIN')
        await run(`SET LOCAL statement_timeout = ${FILL_LIMIT_MS}`)
        for (const statement of TABLES) await run(statement)
        for (let from = 0; from < documents.length; from += FILL) {
          const some = documents.slice(from, from + FILL)
          await run(REPLACE, valuesOf(some))
          await words?.replace(some)
        }
        for (const statement of INDEXES) await run(statement)
        await run('COMMIT')
        connection.release()
      } catch (error) {
        // What it left open, the server rolls back.
        connection.release(true)
        inWords(error)
      }
    },
    async hashes() {
      const { rows } = await database.query(HASHES).catch((error: unknown) => (isLost(error) ? { rows: [] } : inWords(error)))
      return new Map((rows as { id: string; hash: string }[]).map(({ id, hash }) => [id, hash]))
    },
    async replace(documents) {
      const replaced = await rows<{ id: string; version: number }>(REPLACE, valuesOf(documents))
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

/** The parameters of `REPLACE`. */
function valuesOf(documents: readonly NewDocument[]): unknown[] {
  const passages = documents.flatMap(({ id, title, passages }) => passages.map((passage) => ({ document: id, title, ...passage })))
  return [
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
  ]
}

/** Connection exceptions, a statement that took too long, and a server that starts, stops or takes nobody more. */
const AWAY = /^(08|53|57)/
/** No such schema, no such table: a database that came back without the index. */
const LOST = new Set(['3F000', '42P01'])
const AGAIN_SECONDS = 2

function isLost(error: unknown): boolean {
  return LOST.has((error as { code?: string }).code ?? '')
}

/** In words for people, when it is not a statement that is wrong; what has no code of PostgreSQL did not reach it. */
function told(cause: unknown): unknown {
  const { severity, code } = cause as { severity?: string; code?: string }
  if (isLost(cause))
    return new ServiceError(503, 'The documents are being read in again. Please try again in a moment.', AGAIN_SECONDS, { cause })
  if (severity !== undefined && !AWAY.test(code ?? '')) return cause
  return new ServiceError(503, 'The documents cannot be reached at the moment. Please try again.', AGAIN_SECONDS, { cause })
}

/** A vector as pgvector reads it. */
function vectorText(vector: readonly number[]): string {
  return `[${vector.join(',')}]`
}
