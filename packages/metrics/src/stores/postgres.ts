// PostgreSQL and pgvector from the statistics views; https://www.postgresql.org/docs/current/monitoring-stats.html
import { type Emit, RagError } from '@rag/core'
import type { Collector } from './collector.js'

/** A Pool or Client of pg, by shape. */
interface PgShape {
  query(statement: { text: string; query_timeout?: number }): Promise<{ rows: unknown[] }>
}
type Row = Readonly<Record<string, string | number | null>>

const DATABASE = `
  SELECT pg_database_size(d.datname) AS size, d.blks_read, d.blks_hit, d.xact_commit, d.xact_rollback, d.deadlocks,
    current_setting('max_connections') AS max_connections,
    (SELECT setting FROM pg_settings WHERE name = 'statement_timeout') AS statement_timeout_ms
  FROM pg_stat_database d WHERE d.datname = current_database()`

const CONNECTIONS = `
  SELECT CASE WHEN state IN ('active', 'idle') THEN state WHEN state LIKE 'idle in transaction%' THEN 'idle_in_transaction' ELSE 'other' END AS state,
    count(*) AS count
  FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1`

const TABLES = `
  SELECT CASE WHEN schemaname = 'public' THEN relname ELSE schemaname || '.' || relname END AS name, n_live_tup, n_dead_tup,
    seq_scan, coalesce(idx_scan, 0) AS idx_scan, pg_total_relation_size(relid) AS size
  FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC LIMIT 50`

const INDEXES = `
  SELECT CASE WHEN s.schemaname = 'public' THEN s.indexrelname ELSE s.schemaname || '.' || s.indexrelname END AS name,
    a.amname AS method, s.idx_scan, pg_relation_size(s.indexrelid) AS size
  FROM pg_stat_user_indexes s JOIN pg_class c ON c.oid = s.indexrelid JOIN pg_am a ON a.oid = c.relam
  ORDER BY pg_relation_size(s.indexrelid) DESC LIMIT 100`

const REPLICATION = `
  SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE
      (SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication) END AS lag_bytes,
    CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END AS lag_seconds`

const ARCHIVE = `
  SELECT archived_count, failed_count, extract(epoch FROM now() - last_archived_time) AS age FROM pg_stat_archiver`

/**
 * Reads size, rows, dead rows, use of indexes (pgvector's `hnsw` and `ivfflat` among them), hit ratio, connections, replication and archive lag.
 * One statement an area, one after the other; the user needs no more than `pg_monitor`.
 *
 * @throws RagError `RAG_METRICS_STORE` for something that is no client of pg.
 * @example
 * metrics.collect(postgresCollector(pool, { name: 'documents' }), { every: '30s' })
 */
export function postgresCollector(client: object, { name }: { name: string }): Collector {
  const pg = client as PgShape
  if (typeof pg?.query !== 'function')
    throw new RagError('RAG_METRICS_STORE', {
      option: 'client',
      problem: 'this is no Pool or Client of pg',
      fix: 'pass new Pool() or a connected Client'
    })
  return {
    name: `postgres:${name}`,
    async collect(emit, timeoutMs) {
      const ask = async (text: string) => (await pg.query({ text, query_timeout: timeoutMs })).rows as Row[]
      const areas = [database, connections, tables, indexes, replication, archive]
      let failure: unknown
      for (const area of areas) {
        try {
          await area(ask, emit, name)
        } catch (error) {
          // A view that the user may not read costs its own area.
          failure ??= error
        }
      }
      if (failure) throw failure
    }
  }
}

type Ask = (text: string) => Promise<Row[]>

async function database(ask: Ask, emit: Emit, store: string): Promise<void> {
  const [row] = await ask(DATABASE)
  if (!row) return
  const [hits, reads] = [Number(row['blks_hit']), Number(row['blks_read'])]
  emit('rag_pg_database_size_bytes', Number(row['size']), { store })
  emit('rag_pg_block_hits_total', hits, { store })
  emit('rag_pg_block_reads_total', reads, { store })
  if (hits + reads > 0) emit('rag_pg_cache_hit_ratio', hits / (hits + reads), { store })
  emit('rag_pg_transactions_total', Number(row['xact_commit']), { store, end: 'commit' })
  emit('rag_pg_transactions_total', Number(row['xact_rollback']), { store, end: 'rollback' })
  emit('rag_pg_deadlocks_total', Number(row['deadlocks']), { store })
  emit('rag_pg_max_connections', Number(row['max_connections']), { store })
  emit('rag_pg_statement_timeout_seconds', Number(row['statement_timeout_ms']) / 1000, { store })
}

async function connections(ask: Ask, emit: Emit, store: string): Promise<void> {
  const counts = new Map((await ask(CONNECTIONS)).map((row) => [String(row['state']), Number(row['count'])]))
  for (const state of ['active', 'idle', 'idle_in_transaction', 'other'])
    emit('rag_pg_connections', counts.get(state) ?? 0, { store, state })
}

async function tables(ask: Ask, emit: Emit, store: string): Promise<void> {
  for (const row of await ask(TABLES)) {
    const labels = { store, table: String(row['name']) }
    emit('rag_pg_table_size_bytes', Number(row['size']), labels)
    emit('rag_pg_table_rows', Number(row['n_live_tup']), labels)
    emit('rag_pg_table_dead_rows', Number(row['n_dead_tup']), labels)
    emit('rag_pg_table_sequential_scans_total', Number(row['seq_scan']), labels)
    emit('rag_pg_table_index_scans_total', Number(row['idx_scan']), labels)
  }
}

async function indexes(ask: Ask, emit: Emit, store: string): Promise<void> {
  for (const row of await ask(INDEXES)) {
    const labels = { store, index: String(row['name']), method: String(row['method']) }
    emit('rag_pg_index_size_bytes', Number(row['size']), labels)
    emit('rag_pg_index_scans_total', Number(row['idx_scan']), labels)
  }
}

async function replication(ask: Ask, emit: Emit, store: string): Promise<void> {
  const [row] = await ask(REPLICATION)
  if (row?.['lag_bytes'] != null) emit('rag_pg_replication_lag_bytes', Number(row['lag_bytes']), { store })
  if (row?.['lag_seconds'] != null) emit('rag_pg_replication_lag_seconds', Math.max(0, Number(row['lag_seconds'])), { store })
}

async function archive(ask: Ask, emit: Emit, store: string): Promise<void> {
  const [row] = await ask(ARCHIVE)
  if (!row) return
  emit('rag_pg_archived_files_total', Number(row['archived_count']), { store })
  emit('rag_pg_archive_failures_total', Number(row['failed_count']), { store })
  if (row['age'] != null) emit('rag_pg_archive_age_seconds', Number(row['age']), { store })
}
