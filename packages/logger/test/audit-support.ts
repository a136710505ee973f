// What the tests of the audit log share: keys, a file that is new in each test, and records in it.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type AuditOptions, createAuditLog } from '../src/index.js'

export const key = randomBytes(32).toString('hex')
export const encryption = { keyId: 'k1', key: randomBytes(32).toString('hex') }

/** Where the log of the running test is to be, and its directory. */
export let file = ''
export let directory = ''

/** A new place before each test of a file. */
export function eachWithFile(): void {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rag-audit-'))
    file = join(directory, 'audit.log')
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))
}

/** Appends `count` records in an opening of their own; resolves to their anchors. */
export async function write(count: number, options: Partial<AuditOptions> = {}) {
  const audit = createAuditLog({ file, key, ...options })
  const anchors = []
  for (let n = 0; n < count; n++) anchors.push(await audit.append({ who: `user-${n}`, what: 'delete', on: `doc-${n}`, outcome: 'ok' }))
  await audit.close()
  return anchors
}
