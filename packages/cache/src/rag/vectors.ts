// Where a semantic cache looks for near questions: partitions that never see each other, in memory or in pgvector.

export interface Neighbour {
  readonly key: string
  readonly text: string
  /** Cosine similarity. */
  readonly score: number
}
/** A partition is a tenant with a model and a version: nothing is compared across partitions. */
export interface VectorStore {
  add(partition: string, key: string, text: string, vector: Float32Array): Promise<void>
  nearest(partition: string, vector: Float32Array, limit: number): Promise<Neighbour[]>
  remove(partition: string, key: string): Promise<void>
}

/** A store in memory, by exhaustive search; beyond `maxEntries` of a partition the oldest goes, beyond `maxPartitions` the partition used longest ago. */
export function createMemoryVectors({
  maxEntries = 10_000,
  maxPartitions = 1000
}: {
  maxEntries?: number
  maxPartitions?: number
} = {}): VectorStore {
  const partitions = new Map<string, Map<string, { text: string; vector: Float32Array }>>()
  const use = (partition: string, make: boolean) => {
    const entries = partitions.get(partition) ?? (make ? new Map() : undefined)
    if (!entries) return undefined
    partitions.delete(partition)
    partitions.set(partition, entries)
    if (partitions.size > maxPartitions) partitions.delete(partitions.keys().next().value!)
    return entries
  }
  return {
    async add(partition, key, text, vector) {
      const entries = use(partition, true)!
      entries.delete(key)
      entries.set(key, { text, vector: normalised(vector) })
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value!)
    },
    async nearest(partition, vector, limit) {
      const wanted = normalised(vector)
      const found: Neighbour[] = []
      for (const [key, entry] of use(partition, false) ?? []) {
        // A vector of another length is of another model.
        if (entry.vector.length !== wanted.length) continue
        const score = dot(wanted, entry.vector)
        if (found.length === limit && score <= found[limit - 1]!.score) continue
        found.push({ key, text: entry.text, score })
        found.sort((a, b) => b.score - a.score)
        if (found.length > limit) found.pop()
      }
      return found
    },
    async remove(partition, key) {
      partitions.get(partition)?.delete(key)
    }
  }
}

/** What the pgvector store needs of a `pg` pool or anything like it. */
export interface Queryable {
  query(text: string, values?: unknown[]): PromiseLike<{ rows: Record<string, unknown>[] }>
}

/**
 * A store in PostgreSQL with pgvector, shared by all processes. The partition is a condition of every statement.
 *
 * @example
 * const vectors = createPgVectors({ pool, dimensions: 1536 })
 */
export function createPgVectors({
  pool,
  dimensions,
  table = 'rag_semantic_cache'
}: {
  pool: Queryable
  dimensions: number
  table?: string
}): VectorStore {
  const name = `"${table.replace(/"/g, '""')}"`
  let made: PromiseLike<unknown> | undefined
  const ready = () => {
    made ??= pool
      .query('CREATE EXTENSION IF NOT EXISTS vector')
      .then(() =>
        pool.query(
          `CREATE TABLE IF NOT EXISTS ${name} (partition text NOT NULL, key text NOT NULL, question text NOT NULL, vector vector(${Math.trunc(dimensions)}) NOT NULL, PRIMARY KEY (partition, key))`
        )
      )
      .then(undefined, (error: unknown) => {
        made = undefined
        throw error
      })
    return made
  }
  const literal = (vector: Float32Array) => `[${vector.join(',')}]`
  return {
    async add(partition, key, text, vector) {
      await ready()
      const statement = `INSERT INTO ${name} (partition, key, question, vector) VALUES ($1, $2, $3, $4) ON CONFLICT (partition, key) DO UPDATE SET question = $3, vector = $4`
      await pool.query(statement, [partition, key, text, literal(vector)])
    },
    async nearest(partition, vector, limit) {
      await ready()
      const statement = `SELECT key, question, 1 - (vector <=> $2) AS score FROM ${name} WHERE partition = $1 ORDER BY vector <=> $2 LIMIT $3`
      const { rows } = await pool.query(statement, [partition, literal(vector), limit])
      return rows.map(({ key, question, score }) => ({ key: String(key), text: String(question), score: Number(score) }))
    },
    async remove(partition, key) {
      await ready()
      await pool.query(`DELETE FROM ${name} WHERE partition = $1 AND key = $2`, [partition, key])
    }
  }
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((value) => value / length)
}

function dot(first: Float32Array, second: Float32Array): number {
  let sum = 0
  for (let index = 0; index < first.length; index++) sum += first[index]! * second[index]!
  return sum
}
