// Documents and passages in PostgreSQL: near by their vectors (pgvector), by their words through Elasticsearch or full text.
import type { StoredDocument } from '@rag-example/wire'
import { type NewDocument, valuesOf, vectorText } from './document.js'
import { isLost, told } from './failures.js'
import { mendWords } from './mend-words.js'
import { FORGET, INDEXES, KNOWN, LIST, NEAR, REMOVE, REPLACE, SIZES, TABLES, UNTOLD, WORDED } from './schema.js'
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

/** A change that somebody has to be told of. It stands in the database, written with the change itself, until it is forgotten. */
export interface Notice {
  readonly id: string
  readonly document: string
  /** A new document; else one that changed or is gone. */
  readonly added: boolean
}

export interface Store {
  /**
   * Makes the tables and indexes that are missing and replaces these documents, all at once: nobody finds half an index.
   * Then the search by words gets what the database has; gives how many documents it had not, or not as they are.
   */
  fill(documents: readonly NewDocument[], options: { note: boolean }): Promise<number>
  /** Of every document; none when there are no tables. Fails too when whoever searches by words is away. */
  hashes(): Promise<Map<string, string>>
  /** Replaces a document with all its passages. */
  replace(document: NewDocument): Promise<{ version: number; notice: Notice }>
  /** The notice of the removal; undefined when there was no such document. */
  remove(id: string): Promise<Notice | undefined>
  /** All notices that stand, in the order of the changes. */
  untold(): Promise<Notice[]>
  /** Of notices that everybody was told of. Never fails: what cannot be forgotten now stands, and is told again. */
  forget(ids: readonly string[]): Promise<void>
  list(limit: number): Promise<StoredDocument[]>
  /** Compares with what is searched by words, too. */
  sizes(): Promise<{ documents: number; passages: number }>
  near(vector: readonly number[], limit: number): Promise<readonly FoundByWords[]>
  worded(question: string, limit: number): Promise<readonly FoundByWords[]>
}

/** Documents in one statement, while the index is filled. */
const FILL = 50
const FILL_LIMIT_MS = 120_000

export interface StoreOptions {
  /** Who searches by words, if not the database. Changed before the database: what the database did not take is taken back when the words are mended. */
  readonly words?: Words | undefined
  /** Told when a statement failed, or when the words are not those of the database: the index may be away, lost or behind. */
  failed?(): void
}

export function createStore(database: Database, { words, failed }: StoreOptions = {}): Store {
  const inWords = (error: unknown): never => {
    failed?.()
    throw told(error)
  }
  const query = async <T>(text: string, values?: unknown[]) => (await database.query(text, values)).rows as T[]
  const rows = <T>(text: string, values?: unknown[]) => query<T>(text, values).catch(inWords)

  const fillTables = async (documents: readonly NewDocument[], note: boolean): Promise<void> => {
    const connection = await database.connect()
    const run = (text: string, values: unknown[] = []) => connection.query({ text, values, query_timeout: FILL_LIMIT_MS })
    try {
      await run('BEGIN')
      await run(`SET LOCAL statement_timeout = ${FILL_LIMIT_MS}`)
      for (const statement of TABLES) await run(statement)
      for (const some of slices(documents)) await run(REPLACE, valuesOf(some, note))
      for (const statement of INDEXES) await run(statement)
      await run('COMMIT')
      connection.release()
    } catch (error) {
      // What it left open, the server rolls back.
      connection.release(true)
      throw error
    }
  }

  return {
    async fill(documents, { note }) {
      try {
        if (words) for (const some of slices(documents)) await words.replace(some)
        await fillTables(documents, note)
        return words ? await mendWords(words, query, note) : 0
      } catch (error) {
        return inWords(error)
      }
    },
    async hashes() {
      await words?.passages().catch(inWords)
      const known = await query<{ id: string; hash: string }>(KNOWN).catch((error: unknown) => (isLost(error) ? [] : inWords(error)))
      return new Map(known.map(({ id, hash }) => [id, hash]))
    },
    async replace(document) {
      await words?.replace([document]).catch(inWords)
      const { version, ...notice } = (await rows<Notice & { version: number }>(REPLACE, valuesOf([document], true)))[0]!
      return { version, notice }
    },
    async remove(id) {
      await words?.remove([id]).catch(inWords)
      return (await rows<Notice>(REMOVE, [id]))[0]
    },
    untold: () => rows<Notice>(UNTOLD),
    async forget(ids) {
      await query(FORGET, [ids]).catch(() => {})
    },
    list: (limit) => rows<StoredDocument>(LIST, [limit]),
    async sizes() {
      const sizes = (await rows<{ documents: number; passages: number }>(SIZES))[0]!
      if (words && (await words.passages().catch(() => undefined)) !== sizes.passages) failed?.()
      return sizes
    },
    near: (vector, limit) => rows<FoundByWords>(NEAR, [vectorText(vector), limit]),
    worded: (question, limit) => (words ? words.find(question, limit).catch(inWords) : rows<FoundByWords>(WORDED, [question, limit]))
  }
}

function* slices(documents: readonly NewDocument[]): Generator<readonly NewDocument[]> {
  for (let from = 0; from < documents.length; from += FILL) yield documents.slice(from, from + FILL)
}
