// Reads an audit log, and says in an audit log that it was read before anything is shown.
import { RagError } from '@rag/core'
import type { AuditLog } from './log.js'
import { type VerifyOptions, walkAuditLog } from './verify.js'

export interface ReadOptions extends VerifyOptions {
  /** Where the reading is recorded: the log itself, when this process writes it, or another. */
  audit: AuditLog
  /** Who reads. @default the user of the process */
  who?: string
  /** Why. */
  why?: string
}

/**
 * The records of a log in order. The reading itself is recorded first; when that fails, nothing is read.
 *
 * @throws RagError `RAG_LOGGER_AUDIT_WRITE` when the reading cannot be recorded, `RAG_LOGGER_AUDIT_BROKEN` when the log is not intact
 * @example
 * const records = await readAuditLog({ file: 'audit.log', key, audit, who: 'auditor-1', why: 'yearly review' })
 */
export async function readAuditLog({
  audit,
  who = process.env['USER'] ?? 'unknown',
  why,
  ...options
}: ReadOptions): Promise<Record<string, unknown>[]> {
  await audit.access({ who, on: options.file, outcome: 'ok', ...(why !== undefined && { why }) })
  const records: Record<string, unknown>[] = []
  const { verification } = await walkAuditLog(options, (record) => {
    if (record['kind'] === 'record') records.push(record)
  })
  const { firstBad } = verification
  if (!firstBad) return records
  throw new RagError('RAG_LOGGER_AUDIT_BROKEN', {
    option: 'file',
    value: options.file,
    problem: `record ${firstBad.seq} on line ${firstBad.line}: ${firstBad.reason}`,
    fix: 'keep the file as evidence and compare it with the last anchor and the backups'
  })
}
