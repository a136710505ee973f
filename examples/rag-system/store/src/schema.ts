// The schema `rag_demo` and its statements.

/** Made where it is missing; what is there stays. */
export const TABLES: readonly string[] = [
  'CREATE EXTENSION IF NOT EXISTS vector',
  'CREATE SCHEMA IF NOT EXISTS rag_demo',
  `CREATE TABLE IF NOT EXISTS rag_demo.documents (
    id text PRIMARY KEY,
    title text NOT NULL,
    hash text NOT NULL,
    bytes integer NOT NULL,
    passages integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE IF NOT EXISTS rag_demo.passages (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document text NOT NULL REFERENCES rag_demo.documents ON DELETE CASCADE,
    position integer NOT NULL,
    title text NOT NULL,
    heading text NOT NULL,
    text text NOT NULL,
    embedding vector(512) NOT NULL,
    words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', text)) STORED
  )`,
  'CREATE INDEX IF NOT EXISTS passages_document ON rag_demo.passages (document)',
  // Changes that somebody still has to be told of. The id is never used again, also not after a loss; the place is the order.
  `CREATE TABLE IF NOT EXISTS rag_demo.untold (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    place bigint GENERATED ALWAYS AS IDENTITY,
    document text NOT NULL,
    added boolean NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
  )`
]

/** Made after the first filling: much faster than row by row. */
export const INDEXES: readonly string[] = [
  'CREATE INDEX IF NOT EXISTS passages_embedding ON rag_demo.passages USING hnsw (embedding vector_cosine_ops)',
  'CREATE INDEX IF NOT EXISTS passages_words ON rag_demo.passages USING gin (words)'
]

/** One statement, so that a document, its passages and, where `$12` says so, the notice of the change are there at once. */
export const REPLACE = `WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[]) AS g (id, title, hash, bytes, passages)
  ), kept AS (
    INSERT INTO rag_demo.documents (id, title, hash, bytes, passages) SELECT id, title, hash, bytes, passages FROM given
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, hash = excluded.hash, bytes = excluded.bytes,
      passages = excluded.passages, version = documents.version + 1, updated_at = now()
    RETURNING id, version
  ), gone AS (
    DELETE FROM rag_demo.passages WHERE document IN (SELECT id FROM given)
  ), added AS (
    INSERT INTO rag_demo.passages (document, position, title, heading, text, embedding)
    SELECT document, position, title, heading, text, embedding::vector
    FROM unnest($6::text[], $7::int[], $8::text[], $9::text[], $10::text[], $11::text[]) AS p (document, position, title, heading, text, embedding)
  ), noted AS (
    INSERT INTO rag_demo.untold (document, added) SELECT id, version = 1 FROM kept WHERE $12::boolean
    RETURNING id, document, added
  )
  SELECT version, noted.id, document, added FROM kept LEFT JOIN noted ON document = kept.id`

/** One statement too: gives the notice of the removal, or nothing where there was no such document. */
export const REMOVE = `WITH removed AS (DELETE FROM rag_demo.documents WHERE id = $1 RETURNING id)
  INSERT INTO rag_demo.untold (document, added) SELECT id, false FROM removed RETURNING id, document, added`

export const NOTE = 'INSERT INTO rag_demo.untold (document, added) SELECT * FROM unnest($1::text[], $2::boolean[])'
export const UNTOLD = 'SELECT id, document, added FROM rag_demo.untold ORDER BY place'
export const FORGET = 'DELETE FROM rag_demo.untold WHERE id = ANY($1::uuid[])'

export const KNOWN = 'SELECT id, title, hash, passages FROM rag_demo.documents'
export const PASSAGES = `SELECT document, heading, position, text FROM rag_demo.passages
  WHERE document = ANY($1::text[]) ORDER BY document, position`
export const LIST = `SELECT id, title, passages, bytes, version, updated_at AS "updatedAt"
  FROM rag_demo.documents ORDER BY updated_at DESC, id LIMIT $1`
export const SIZES = 'SELECT count(*)::int AS documents, coalesce(sum(passages), 0)::int AS passages FROM rag_demo.documents'

export const NEAR = `SELECT document, title, heading, position, text
  FROM rag_demo.passages ORDER BY embedding <=> $1::vector LIMIT $2`

/** A word of the question is enough to match. */
export const WORDED = `WITH question AS (SELECT replace(plainto_tsquery('english', $1)::text, '&', '|')::tsquery AS any_word)
  SELECT document, title, heading, position, text
  FROM rag_demo.passages, question WHERE words @@ any_word ORDER BY ts_rank_cd(words, any_word) DESC, id LIMIT $2`
