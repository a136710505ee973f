// What the tests of the audit log share: keys, a file that is new in each test, and records in it.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type AuditOptions, createAuditLog } from '../src/index.js'

export const key = randomBytes(32).toString('hex')
export const encryption = { keyId: 'k1', key: randomBytes(32).toString('hex') }

/** Says before each test where its log is to be. */
export function eachWithFile(use: (file: string, directory: string) => void): void {
  let made = ''
  beforeEach(() => {
    made = mkdtempSync(join(tmpdir(), 'rag-audit-'))
    use(join(made, 'audit.log'), made)
  })
  afterEach(() => rmSync(made, { recursive: true, force: true }))
}

/** Appends `count` records in an opening of their own; resolves to their anchors. */
export async function writeRecords(file: string, count: number, options: Partial<AuditOptions> = {}) {
  const audit = createAuditLog({ file, key, ...options })
  const anchors = []
  for (let n = 0; n < count; n++) anchors.push(await audit.append({ who: `user-${n}`, what: 'delete', on: `doc-${n}`, outcome: 'ok' }))
  await audit.close()
  return anchors
}
