// Verifies the audit log of auth-service with the command that an auditor would use.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Check } from './agreement.js'
import { total } from './read/exposition.js'
import type { Readings } from './readings.js'

/** Where the log is, and the key of its chain. */
export interface AuditPlace {
  readonly file: string
  readonly key: string
  /** Folder of the service that writes it. */
  readonly folder: string
}

export interface AuditFacts {
  /** What `rag-audit verify` printed, line by line. */
  readonly said: readonly string[]
  readonly intact: boolean
  /** Accesses that stand in the log. */
  readonly accesses: number
}

export async function verifyAudit({ file, key, folder }: AuditPlace): Promise<AuditFacts> {
  const command = createRequire(join(folder, 'package.json'))
    .resolve('@rag/logger/package.json')
    .replace('package.json', 'dist/rag-audit.js')
  const { code, text } = await new Promise<{ code: unknown; text: string }>((resolve) => {
    execFile(process.execPath, [command, 'verify', file], { env: { ...process.env, RAG_AUDIT_KEY: key } }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 1) : 0, text: stdout + stderr })
    )
  })
  const accesses = (await readFile(file, 'utf8')).split(',"kind":"record",').length - 1
  return { said: text.trim().split('\n'), intact: code === 0, accesses }
}

/** Every question whether somebody may pass has its record, in a log that nobody changed; signing in and out has one too. */
export function auditCheck({ intact, accesses }: AuditFacts, { services }: Readings): Check {
  const auth = services.find(({ name }) => name === 'auth-service')
  const asked = total(auth?.samples ?? [], 'http_server_request_duration_seconds_count', { http_route: '/check' })
  return {
    name: 'accesses in the audit log, which is intact',
    values: { 'records that rag-audit verified': accesses, 'requests to /check': asked },
    ok: intact && asked > 0 && accesses >= asked
  }
}
