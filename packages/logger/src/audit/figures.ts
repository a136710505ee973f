// The figures of an audit log, for metrics.
import { basename } from 'node:path'
import type { Source } from '@rag/core'

export interface AuditFigures {
  /** Records acknowledged. */
  records: number
  /** Records refused. */
  failures: number
  /** Checks that found the log changed. */
  broken: number
  /** Unix seconds of the last check that found it intact. */
  verified: number
}

export function createFigures(): AuditFigures {
  return { records: 0, failures: 0, broken: 0, verified: 0 }
}

/** Shows the figures under the name of the file. */
export function figureSource(file: string, figures: AuditFigures): Source {
  const log = basename(file)
  return {
    read(emit) {
      emit('rag_audit_records_total', figures.records, { log })
      emit('rag_audit_failures_total', figures.failures, { log })
      emit('rag_audit_broken_total', figures.broken, { log })
      emit('rag_audit_verified_timestamp_seconds', figures.verified, { log })
    }
  }
}
