// What an audit record costs, chained and encrypted, against the same records acknowledged by a plain durable log, and how fast a log is verified (`--write` puts it into docs/logs.md).
import { createCipheriv, hash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuditOptions, type AuditRecord, createAuditLog, verifyAuditLog } from '@rag/logger'
import { table } from './docs.js'
import { publish, withSpread } from './logger/page.js'
import { median, quartiles } from './statistics.js'

const ROUNDS = 21
/** Rounds before those that count: the compiler has then seen all of it. */
const WARM_UP = 10
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

interface Waiting {
  readonly line: string
  resolve(): void
}

/** The rival: what any durable log of JSON lines does. A promise a record; one write and one fdatasync for all that wait together. */
async function plainWriter(finish: (lines: string[]) => Buffer = joined): Promise<Writer> {
  const handle = await open(join(directory, `plain-${files++}.log`), 'a', 0o600)
  let waiting: Waiting[] = []
  let seq = 0

  async function work(): Promise<void> {
    const group = waiting
    waiting = []
    await write(handle, finish(group.map(({ line }) => line)))
    for (const { resolve } of group) resolve()
  }

  function append(fields: AuditRecord): Promise<void> {
    const line = `${JSON.stringify({ seq: seq++, time: new Date().toISOString(), kind: 'record', ...fields })}\n`
    return new Promise((resolve) => {
      waiting.push({ line, resolve })
      if (waiting.length === 1) setImmediate(work)
    })
  }

  return {
    async group(first, size) {
      const done: Promise<unknown>[] = []
      for (let n = first; n < first + size; n++) done.push(append(record(n)))
      await Promise.all(done)
    },
    close: () => handle.close()
  }
}

/** The least that a log can do: it acknowledges groups, never records. */
async function bareWriter(): Promise<Writer> {
  const handle = await open(join(directory, `bare-${files++}.log`), 'a', 0o600)
  return {
    async group(first, size) {
      const lines: string[] = []
      for (let n = first; n < first + size; n++)
        lines.push(`${JSON.stringify({ time: new Date().toISOString(), kind: 'record', ...record(n) })}\n`)
      await write(handle, joined(lines))
    },
    close: () => handle.close()
  }
}

async function write(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) offset += (await handle.write(bytes, offset)).bytesWritten
  await handle.datasync()
}

function joined(lines: string[]): Buffer {
  return Buffer.from(lines.join(''))
}

/** The floor: SHA-256 of every record and AES-256-GCM of every group, and nothing that makes an audit log of them. */
function hashedAndEncrypted(lines: string[]): Buffer {
  for (const line of lines) hash('sha256', line, 'hex')
  const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12))
  return Buffer.concat([cipher.update(joined(lines)), cipher.final(), cipher.getAuthTag()])
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
  ['groups acknowledged, not records', bareWriter],
  ['floor: one SHA-256 a record, AES-GCM', () => plainWriter(hashedAndEncrypted)],
  ['chained', () => auditWriter({})],
  ['chained and encrypted', () => auditWriter({ encryption })]
]
const costs: Record<string, { ratio: number; spread: [number, number]; plainMicroseconds: number }> = {}
for (const size of GROUPS) {
  for (let round = 0; round < WARM_UP; round++) {
    await costOf(() => plainWriter(), size)
    for (const [, make] of cases) await costOf(make, size)
  }
  const ratios = new Map<string, number[]>(cases.map(([name]) => [name, []]))
  const plain: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const base = await costOf(() => plainWriter(), size)
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
  `Appending, against the same records as JSON lines with a promise a record, one write and one \`fdatasync\` a group, and nothing else. Wall time, median of ${ROUNDS} interleaved rounds (quartiles).`,
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
