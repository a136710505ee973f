// Changes every byte of an audit log of 64 KiB in turn, clear and encrypted, and counts the changes that are found (`--write` puts it into docs/logs.md).
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Anchor, createAuditLog, type Encryption, verifyAuditLog } from '@rag/logger'
import { table } from './docs.js'
import { publish } from './logger/page.js'

const SIZE = 65_536
/** Bytes of which all 255 changes are tried, not one. */
const ALL_VALUES = 64
const LANES = 8

const directory = mkdtempSync(join(tmpdir(), 'rag-audit-bytes-'))
const key = randomBytes(32)
const figures: Record<string, Outcome> = {}

interface Outcome {
  bytes: number
  changes: number
  found: number
  /** Changes for which the named line is the one that holds the byte. */
  named: number
}

/** A log of at least 64 KiB, and its last acknowledged record. */
async function writeLog(file: string, options: { encryption?: Encryption }): Promise<Anchor> {
  const audit = createAuditLog({ file, key, ...options })
  let anchor: Anchor = { seq: -1, head: '' }
  for (let n = 0; n === 0 || statSync(file).size < SIZE; n++)
    anchor = await audit.append({
      who: `user-${n % 97}`,
      what: 'document.delete',
      on: `doc-${n}`,
      outcome: 'ok',
      why: 'the retention period is over'
    })
  await audit.close()
  return anchor
}

/** Copies of the log are changed side by side: reading a file is mostly waiting. */
async function changeAll(name: string, options: { encryption?: Encryption }): Promise<Outcome> {
  const file = join(directory, `${name}.log`)
  const anchor = await writeLog(file, options)
  const whole = readFileSync(file)
  const outcome: Outcome = { bytes: whole.length, changes: 0, found: 0, named: 0 }
  const lines = lineOf(whole)
  async function lane(first: number): Promise<void> {
    const copy = `${file}.${first}`
    writeFileSync(copy, whole)
    const fd = openSync(copy, 'r+')
    for (let at = first; at < whole.length; at += LANES) {
      const values = at < ALL_VALUES ? Array.from({ length: 255 }, (_, n) => n + 1) : [1 << (at % 8)]
      for (const bits of values) {
        writeSync(fd, Buffer.of(whole[at]! ^ bits), 0, 1, at)
        const { ok, firstBad } = await verifyAuditLog({ file: copy, key, ...options, anchor })
        outcome.changes++
        if (!ok) outcome.found++
        if (firstBad?.line === lines[at]) outcome.named++
      }
      writeSync(fd, whole, at, 1, at)
    }
    closeSync(fd)
    if (!(await verifyAuditLog({ file: copy, key, ...options, anchor })).ok) throw new Error('the log was not put back as it was')
  }
  await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)))
  return outcome
}

/** The line that each byte is part of. */
function lineOf(bytes: Buffer): Uint32Array {
  const lines = new Uint32Array(bytes.length)
  let line = 1
  for (let at = 0; at < bytes.length; at++) {
    lines[at] = line
    if (bytes[at] === 10) line++
  }
  return lines
}

figures['clear'] = await changeAll('clear', {})
figures['encrypted'] = await changeAll('encrypted', { encryption: { keyId: 'k1', key: randomBytes(32) } })
rmSync(directory, { recursive: true, force: true })
const text = [
  `Every byte of a log of 64 KiB is changed in turn by one bit, the first ${ALL_VALUES} to all 255 other values, and the whole log is verified.`,
  table(
    ['log', 'bytes', 'changes', 'found', 'named by their line'],
    Object.entries(figures).map(([name, { bytes, changes, found, named }]) => [
      name,
      ...[bytes, changes, found, named].map((n) => n.toLocaleString('en'))
    ])
  )
].join('\n\n')
publish('audit-bytes', text, figures)
