// What an audit record costs, chained, signed and encrypted, against the same records written durably and nothing else, and how fast a log is verified (`--write` puts it into docs/logs.md).
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuditOptions, type AuditRecord, createAuditLog, verifyAuditLog } from '@rag/logger'
import { table } from './docs.js'
import { publish, withSpread } from './logger/page.js'
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

const cases: [string, () => Promise<Writer>][] = [
  ['chained', () => auditWriter({})],
  ['chained and encrypted', () => auditWriter({ encryption })]
]
const costs: Record<string, { ratio: number; spread: [number, number]; plainMicroseconds: number }> = {}
for (const size of GROUPS) {
  for (const [, make] of cases) await costOf(make, size)
  await costOf(plainWriter, size)
  const ratios = new Map<string, number[]>(cases.map(([name]) => [name, []]))
  const plain: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const base = await costOf(plainWriter, size)
    plain.push(base)
    for (const [name, make] of round % 2 ? cases : [...cases].reverse()) ratios.get(name)!.push((await costOf(make, size)) / base)
  }
  for (const [name, found] of ratios)
    costs[`${name}, ${size}`] = { ratio: median(found), spread: quartiles(found), plainMicroseconds: median(plain) }
}

const speeds: Record<string, { recordsPerSecond: number; best: number }> = {}
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
  for (let round = 0; round < 7; round++) {
    const before = performance.now()
    const { ok, records } = await verifyAuditLog({ file, key, ...options })
    if (!ok) throw new Error('an intact log was not verified')
    rates.push((records / (performance.now() - before)) * 1000)
  }
  speeds[name] = { recordsPerSecond: Math.round(median(rates)), best: Math.round(Math.max(...rates)) }
}

const text = [
  `Appending, against the same records as JSON lines with one write and one \`fdatasync\` a group, and nothing else. Wall time, median of ${ROUNDS} interleaved rounds (quartiles).`,
  table(
    ['records a group', 'plain, µs a record', ...cases.map(([name]) => name)],
    GROUPS.map((size) => [
      size,
      costs[`chained, ${size}`]!.plainMicroseconds.toFixed(1),
      ...cases.map(([name]) => withSpread(costs[`${name}, ${size}`]!.ratio, costs[`${name}, ${size}`]!.spread))
    ])
  ),
  'Verifying 100 000 records, records a second.',
  table(
    ['log', 'median', 'best'],
    Object.entries(speeds).map(([name, { recordsPerSecond, best }]) => [
      name,
      recordsPerSecond.toLocaleString('en'),
      best.toLocaleString('en')
    ])
  )
].join('\n\n')
publish('audit', text, { costs, speeds })
rmSync(directory, { recursive: true, force: true })
