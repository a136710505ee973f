// What an audit record costs, chained, signed and encrypted, against the same records written durably and nothing else, and how fast a log is verified.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuditOptions, type AuditRecord, createAuditLog, verifyAuditLog } from '@rag/logger'
import { median, quartiles } from './statistics.js'

const ROUNDS = 15
const GROUPS = [10, 100, 1000]
const RECORDS = 4000
const directory = mkdtempSync(join(tmpdir(), 'rag-audit-bench-'))
const key = randomBytes(32)
const encryption = { keyId: 'k1', key: randomBytes(32) }
let files = 0

function record(n: number): AuditRecord {
  return {
    who: `user-${n % 97}`,
    what: 'document.delete',
    on: `doc-${n}`,
    outcome: 'ok',
    why: 'the retention period is over',
    tenant: 'acme'
  }
}

interface Writer {
  /** Resolves when the whole group is on the disk. */
  group(first: number, size: number): Promise<void>
  close(): Promise<void>
}

/** The rival: JSON lines, one write and one fdatasync a group. */
async function plainWriter(): Promise<Writer> {
  const handle = await open(join(directory, `plain-${files++}.log`), 'a', 0o600)
  return {
    async group(first, size) {
      let lines = ''
      for (let n = first; n < first + size; n++)
        lines += `${JSON.stringify({ time: new Date().toISOString(), kind: 'record', ...record(n) })}\n`
      const bytes = Buffer.from(lines)
      for (let offset = 0; offset < bytes.length; ) offset += (await handle.write(bytes, offset)).bytesWritten
      await handle.datasync()
    },
    close: () => handle.close()
  }
}

async function auditWriter(options: Partial<AuditOptions>): Promise<Writer> {
  const audit = createAuditLog({ file: join(directory, `audit-${files++}.log`), key, ...options })
  await audit.append({ who: 'bench', what: 'open' })
  return {
    async group(first, size) {
      const waiting: Promise<unknown>[] = []
      for (let n = first; n < first + size; n++) waiting.push(audit.append(record(n)))
      await Promise.all(waiting)
    },
    close: () => audit.close()
  }
}

/** Microseconds of wall time a record. */
async function costOf(make: () => Promise<Writer>, size: number): Promise<number> {
  const writer = await make()
  const count = Math.max(size * 10, Math.min(RECORDS, size * 100))
  const before = performance.now()
  for (let first = 0; first < count; first += size) await writer.group(first, size)
  const spent = performance.now() - before
  await writer.close()
  return (spent * 1000) / count
}

const report: Record<string, unknown> = {}
const cases: [string, () => Promise<Writer>][] = [
  ['chained', () => auditWriter({})],
  ['chained and encrypted', () => auditWriter({ encryption })]
]
for (const size of GROUPS) {
  for (const [, make] of cases) await costOf(make, size)
  await costOf(plainWriter, size)
  const ratios = new Map<string, number[]>(cases.map(([name]) => [name, []]))
  const costs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const plain = await costOf(plainWriter, size)
    costs.push(plain)
    for (const [name, make] of round % 2 ? cases : [...cases].reverse()) ratios.get(name)!.push((await costOf(make, size)) / plain)
  }
  for (const [name, found] of ratios) {
    const row = { ratio: median(found), spread: quartiles(found), plainMicroseconds: median(costs) }
    report[`${name}, groups of ${size}`] = row
    process.stdout.write(
      `${name} / plain durable writes, groups of ${size}: ${row.ratio.toFixed(2)} (${row.spread.map((ratio) => ratio.toFixed(2)).join('–')}), plain ${row.plainMicroseconds.toFixed(1)} µs a record\n`
    )
  }
}

for (const [name, options] of [
  ['clear', {}],
  ['encrypted', { encryption }]
] as const) {
  const file = join(directory, `verify-${name}.log`)
  const audit = createAuditLog({ file, key, ...options })
  for (let first = 0; first < 100_000; first += 1000) {
    await Promise.all(Array.from({ length: 1000 }, (_, n) => audit.append(record(first + n))))
  }
  await audit.close()
  const rates: number[] = []
  for (let round = 0; round < 5; round++) {
    const before = performance.now()
    const { ok, records } = await verifyAuditLog({ file, key, ...options })
    if (!ok) throw new Error('an intact log was not verified')
    rates.push((records / (performance.now() - before)) * 1000)
  }
  report[`verify ${name}`] = { recordsPerSecond: Math.round(median(rates)), best: Math.round(Math.max(...rates)) }
  process.stdout.write(
    `verify, ${name}: ${Math.round(median(rates)).toLocaleString('en')} records/s (best ${Math.round(Math.max(...rates)).toLocaleString('en')})\n`
  )
}

if (process.argv.includes('--every-byte')) await everyByte()
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ benchmark: 'audit', ...report })}\n`)
rmSync(directory, { recursive: true, force: true })

/** Changes every byte of a log of 64 KiB in turn. Takes some minutes. */
async function everyByte(): Promise<void> {
  const file = join(directory, 'bytes.log')
  const audit = createAuditLog({ file, key })
  let anchor = { seq: -1, head: '' }
  for (let n = 0; n === 0 || statSync(file).size < 65_536; n++) anchor = await audit.append(record(n))
  await audit.close()
  const whole = readFileSync(file)
  let seen = 0
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole)
    changed[at] = changed[at]! ^ (1 << (at % 8))
    writeFileSync(file, changed)
    if (!(await verifyAuditLog({ file, key, anchor })).ok) seen++
  }
  report['every byte'] = { bytes: whole.length, seen }
  process.stdout.write(`changes of one byte seen: ${seen} of ${whole.length}\n`)
}
