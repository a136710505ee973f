// PostgreSQL and pgvector as the statistics views show them; read by a collector on its own schedule.
import type { MetricDefinition } from './types.js'

const STORE = { max: 10 } as const
const TABLE = { max: 50 } as const
const INDEX = { max: 100 } as const
/** Access method, such as `btree`, `hnsw`, `ivfflat`. */
const METHOD = { max: 10 } as const

export const postgresMetrics = [
  {
    name: 'rag_pg_database_size_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Size of the database.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_connections',
    across: 'max',
    kind: 'gauge',
    help: 'Connections to the database by state.',
    labels: { store: STORE, state: { values: ['active', 'idle', 'idle_in_transaction', 'other'] } },
    from: 'source'
  },
  {
    name: 'rag_pg_max_connections',
    across: 'max',
    kind: 'gauge',
    help: 'Connections that the server allows.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_table_size_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Size of a table with its indexes.',
    labels: { store: STORE, table: TABLE },
    from: 'source'
  },
  {
    name: 'rag_pg_table_rows',
    across: 'max',
    kind: 'gauge',
    help: 'Rows of a table as the statistics count them.',
    labels: { store: STORE, table: TABLE },
    from: 'source'
  },
  {
    name: 'rag_pg_table_dead_rows',
    across: 'max',
    kind: 'gauge',
    help: 'Dead rows of a table that wait for vacuum.',
    labels: { store: STORE, table: TABLE },
    from: 'source'
  },
  {
    name: 'rag_pg_table_sequential_scans_total',
    across: 'max',
    kind: 'counter',
    help: 'Scans of a whole table.',
    labels: { store: STORE, table: TABLE },
    from: 'source'
  },
  {
    name: 'rag_pg_table_index_scans_total',
    across: 'max',
    kind: 'counter',
    help: 'Scans of a table through an index.',
    labels: { store: STORE, table: TABLE },
    from: 'source'
  },
  {
    name: 'rag_pg_index_size_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Size of an index.',
    labels: { store: STORE, index: INDEX, method: METHOD },
    from: 'source'
  },
  {
    name: 'rag_pg_index_scans_total',
    across: 'max',
    kind: 'counter',
    help: 'Scans of an index; one that stays at 0 is not used.',
    labels: { store: STORE, index: INDEX, method: METHOD },
    from: 'source'
  },
  {
    name: 'rag_pg_block_reads_total',
    across: 'max',
    kind: 'counter',
    help: 'Blocks that were not in the buffers of the server.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_block_hits_total',
    across: 'max',
    kind: 'counter',
    help: 'Blocks that were in the buffers of the server.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_cache_hit_ratio',
    across: 'max',
    kind: 'gauge',
    unit: 'ratio',
    help: 'Share of blocks found in the buffers of the server since its statistics began.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_transactions_total',
    across: 'max',
    kind: 'counter',
    help: 'Transactions by their end.',
    labels: { store: STORE, end: { values: ['commit', 'rollback'] } },
    from: 'source'
  },
  { name: 'rag_pg_deadlocks_total', across: 'max', kind: 'counter', help: 'Deadlocks.', labels: { store: STORE }, from: 'source' },
  {
    name: 'rag_pg_statement_timeout_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Statement time-out in force for new sessions; 0 is none.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_replication_lag_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'How far the slowest replica is behind.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_replication_lag_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'How old the last transaction replayed on this replica is.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_archived_files_total',
    across: 'max',
    kind: 'counter',
    help: 'Write-ahead log files archived.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_archive_failures_total',
    across: 'max',
    kind: 'counter',
    help: 'Attempts to archive a write-ahead log file that failed.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_pg_archive_age_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Time since a write-ahead log file was last archived.',
    labels: { store: STORE },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
