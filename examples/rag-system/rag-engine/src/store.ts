// Passages in PostgreSQL: found by the nearness of their vectors (pgvector) and by their words (full text), fused by rank.
import type { FoundPassage } from '@rag-example/wire'

export interface Database {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

export interface StoredPassage {
  readonly document: string
  readonly title: string
  readonly heading: string
  readonly text: string
  readonly vector: readonly number[]
}

export interface Store {
  /** Replaces everything that is stored. */
  fill(passages: readonly StoredPassage[]): Promise<void>
  search(question: string, vector: readonly number[], topK: number): Promise<FoundPassage[]>
}

const BATCH = 100
const SCHEMA = [
  'CREATE EXTENSION IF NOT EXISTS vector',
  'DROP SCHEMA IF EXISTS rag_demo CASCADE',
  'CREATE SCHEMA rag_demo',
  `CREATE TABLE rag_demo.passages (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document text NOT NULL,
    title text NOT NULL,
    heading text NOT NULL,
    text text NOT NULL,
    embedding vector(512) NOT NULL,
    words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', text)) STORED
  )`
]
const INDEXES = [
  'CREATE INDEX ON rag_demo.passages USING hnsw (embedding vector_cosine_ops)',
  'CREATE INDEX ON rag_demo.passages USING gin (words)'
]
const INSERT = `INSERT INTO rag_demo.passages (document, title, heading, text, embedding)
  SELECT document, title, heading, text, embedding::vector
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS given (document, title, heading, text, embedding)`

/** Reciprocal rank fusion with the usual constant of 60: Cormack, Clarke and Buettcher, SIGIR 2009. A word of the question is enough to match. */
const SEARCH = `WITH near AS (
    SELECT id, row_number() OVER (ORDER BY embedding <=> $1::vector) AS place
    FROM rag_demo.passages ORDER BY embedding <=> $1::vector LIMIT 30
  ), question AS (
    SELECT replace(plainto_tsquery('english', $2)::text, '&', '|')::tsquery AS any_word
  ), worded AS (
    SELECT id, row_number() OVER (ORDER BY ts_rank_cd(words, any_word) DESC, id) AS place
    FROM rag_demo.passages, question WHERE words @@ any_word ORDER BY place LIMIT 30
  )
  SELECT document, title, heading, text,
    coalesce(1.0 / (60 + near.place), 0)::float8 + coalesce(1.0 / (60 + worded.place), 0)::float8 AS score
  FROM rag_demo.passages LEFT JOIN near USING (id) LEFT JOIN worded USING (id)
  WHERE near.id IS NOT NULL OR worded.id IS NOT NULL
  ORDER BY score DESC, id LIMIT $3`

export function createStore(database: Database): Store {
  return {
    async fill(passages) {
      for (const statement of SCHEMA) await database.query(statement)
      for (let from = 0; from < passages.length; from += BATCH) {
        const batch = passages.slice(from, from + BATCH)
        await database.query(INSERT, [
          batch.map(({ document }) => document),
          batch.map(({ title }) => title),
          batch.map(({ heading }) => heading),
          batch.map(({ text }) => text),
          batch.map(({ vector }) => vectorText(vector))
        ])
      }
      for (const statement of INDEXES) await database.query(statement)
    },
    async search(question, vector, topK) {
      const { rows } = await database.query(SEARCH, [vectorText(vector), question, topK])
      return rows as FoundPassage[]
    }
  }
}

/** A vector as pgvector reads it. */
function vectorText(vector: readonly number[]): string {
  return `[${vector.join(',')}]`
}
