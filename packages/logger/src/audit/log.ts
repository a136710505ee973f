// An audit log: records are acknowledged when they are on the disk, and chained so that no change stays unseen.
import { createPrivateKey, KeyObject, randomUUID, sign } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import {
  checkOptions,
  type Duration,
  durationMs,
  type Masker,
  type Observer,
  RagError,
  registerSource,
  resolveMasker,
  type Source
} from '@rag/core'
import { isoTime } from '../clock.js'
import { escapeHostile } from '../escape.js'
import { beginWalk, cutTexts, plain } from '../plain.js'
import { createMac, GENESIS, keyBytes, seal } from './chain.js'
import { checkEncryption, type Encryption } from './cipher.js'
import { createFigures, figureSource } from './figures.js'
import { type FrameWriter, openFrameWriter } from './frames.js'
import { lockFile } from './lock.js'
import { scanLines } from './scan.js'
import { type Anchor, type Verification, walkAuditLog } from './verify.js'

/** Who did what, on what, how it ended and why. Further fields are kept as they are. */
export interface AuditRecord {
  who: string
  what: string
  on?: string
  outcome?: string
  why?: string
  [field: string]: unknown
}

export interface AuditOptions {
  file: string
  /** Chains the records; 32 bytes or more, kept outside the host. */
  key: string | Uint8Array
  /** An Ed25519 private key that signs the heads, so that they can be checked without `key`. */
  signingKey?: string | KeyObject
  /** Encrypts the file. */
  encryption?: Encryption
  /** How often a head is written, also when nothing happens: silence is evidence too. @default '60s' */
  headEvery?: Duration
  /** Takes each head to a place outside this host. */
  onHead?: (head: Anchor & { time: string; signature?: string }) => void
  /** How often the writer checks its own file from the first line on; what it finds goes to metrics. It is checked at every start anyway. @default never */
  verifyEvery?: Duration
  /** Observers that get the figures of the log, such as `metrics.observer`. */
  observers?: readonly Observer[]
  /** @default createMasker() */
  mask?: Masker | false
}

export interface AuditLog {
  /** Resolves when the record is durable. Rejects with `RAG_LOGGER_AUDIT_WRITE` when it is not. */
  append(record: AuditRecord): Promise<Anchor>
  /** Records that somebody read something. */
  access(record: Omit<AuditRecord, 'what'> & { what?: string }): Promise<Anchor>
  /** Records, refusals and checks, as plain numbers. */
  readonly source: Source
  /** Writes a last head and lets the file go. */
  close(): Promise<void>
}

interface Pending {
  readonly json: string
  readonly resolve: (anchor: Anchor) => void
  readonly reject: (error: unknown) => void
}

const OPTIONS = ['file', 'key', 'signingKey', 'encryption', 'headEvery', 'onHead', 'mask', 'verifyEvery', 'observers'] as const
const HEAD_RECORDS = 1000
const MAX_GROUP = 1000

/**
 * Opens an audit log for appending. Records that wait together are written and synchronised together.
 *
 * @throws RagError `RAG_LOGGER_AUDIT_KEY`, `RAG_LOGGER_AUDIT_LOCKED`, `RAG_LOGGER_OPTION`, `RAG_CORE_UNKNOWN_OPTION`
 * @example
 * const audit = createAuditLog({ file: 'audit.log', key: process.env.AUDIT_KEY })
 * await audit.append({ who: 'user-7', what: 'document.delete', on: 'doc-42', outcome: 'ok', why: 'retention' })
 */
export function createAuditLog(options: AuditOptions): AuditLog {
  checkOptions('createAuditLog', options, OPTIONS)
  const { key, signingKey, encryption, headEvery = '60s', onHead, mask, verifyEvery, observers = [] } = options
  if (typeof options.file !== 'string' || options.file === '') {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'file',
      value: options.file,
      problem: 'an audit log needs a file',
      fix: `give a path, such as 'audit.log'`
    })
  }
  const file = resolve(options.file)
  const mac = createMac(keyBytes('key', key))
  if (encryption) checkEncryption('encryption', encryption)
  const signer = signingKey === undefined ? undefined : signingKey instanceof KeyObject ? signingKey : createPrivateKey(signingKey)
  const gate = resolveMasker(mask)
  const everyMs = durationMs('headEvery', headEvery)
  const checkMs = verifyEvery === undefined ? undefined : durationMs('verifyEvery', verifyEvery)
  mkdirSync(dirname(file), { recursive: true })
  const unlock = lockFile(file)

  const figures = createFigures()
  const source = figureSource(file, figures)
  const hide = registerSource(observers, source)
  let handle: FileHandle
  let frames: FrameWriter | undefined
  let prefix = ''
  /** The file may hold part of a group that failed. */
  let torn = false
  let length = 0
  let seq = -1
  let link = GENESIS
  let sinceHead = 0
  let pending: Pending[] = []
  let turn: Promise<unknown> = Promise.resolve()
  let closed = false

  const ready = begin()
  // Whoever appends is told; nobody appending is no reason to end the process.
  ready.catch(() => {})
  const timer = setInterval(() => void inTurn(writeHead).catch(() => {}), everyMs).unref()
  const checks = checkMs === undefined ? undefined : setInterval(() => void inTurn(check).catch(() => {}), checkMs).unref()

  /** Finds the end of the chain, removes what a killed write has left, and starts a segment. */
  async function begin(): Promise<void> {
    const existed = existsSync(file)
    handle = await openFile(file, 'a', 0o600)
    let tornBytes = 0
    if (existed) {
      tornBytes = await measure()
      if (tornBytes > 0) await handle.truncate(length)
      const { head, firstBad } = await verified(undefined)
      if (firstBad) throw new Error(`record ${firstBad.seq} on line ${firstBad.line}: ${firstBad.reason}`)
      ;({ seq, head: link } = head)
    }
    const opened = entry({ kind: 'open', id: randomUUID(), format: 'rag-audit/1', ...(tornBytes > 0 && { tornBytes }) })
    await commit(opened.line)
    ;({ seq, link } = opened)
  }

  /** Checks what is on the disk; the newest head is known here, so a cut is seen too. */
  async function verified(anchor: Anchor | undefined): Promise<Verification> {
    const result = await walkAuditLog({ file, key, ...(encryption && { encryption }), ...(anchor && { anchor }) }, undefined)
    if (result.ok) figures.verified = Date.now() / 1000
    else figures.broken++
    return result
  }

  async function check(): Promise<void> {
    await verified({ seq, head: link })
  }

  async function measure(): Promise<number> {
    const lines = scanLines(file)
    for (;;) {
      const { value, done } = await lines.next()
      if (done) return value
      length = value.at(-1)!.end
    }
  }

  function entry(fields: Record<string, unknown>, at = { seq, link }): { line: string; seq: number; link: string } {
    return chained(JSON.stringify({ time: isoTime(Date.now()), ...fields }), at)
  }

  function chained(json: string, at: { seq: number; link: string }): { line: string; seq: number; link: string } {
    const next = at.seq + 1
    const sealed = seal(mac, at.link, `{"seq":${next},${escapeHostile(json).slice(1)}`)
    return { line: sealed.line, seq: next, link: sealed.link }
  }

  /** Writes and synchronises a group of lines, or leaves the file as it was. */
  async function commit(lines: string): Promise<void> {
    if (torn) await handle.truncate(length)
    torn = false
    if (!frames) {
      frames = await openFrameWriter(encryption)
      prefix = frames.head
    }
    const bytes = Buffer.from(prefix + frames.frame(lines))
    try {
      for (let offset = 0; offset < bytes.length; ) offset += (await handle.write(bytes, offset)).bytesWritten
      await handle.datasync()
      length += bytes.length
      prefix = ''
    } catch (error) {
      // Half a group must not stand before the next one, and a nonce must not come twice: what follows begins a segment.
      torn = true
      frames = undefined
      throw error
    }
  }

  async function work(): Promise<void> {
    while (pending.length > 0) {
      const group = pending.splice(0, MAX_GROUP)
      let at = { seq, link }
      let text = ''
      const anchors: Anchor[] = []
      for (const { json } of group) {
        const { line, ...next } = chained(json, at)
        text += line
        at = next
        anchors.push({ seq: next.seq, head: next.link })
      }
      try {
        await commit(text)
      } catch (error) {
        figures.failures += group.length
        for (const { reject } of group) reject(refused(error))
        continue
      }
      ;({ seq, link } = at)
      for (const [index, { resolve: done }] of group.entries()) done(anchors[index]!)
      figures.records += group.length
      sinceHead += group.length
      if (sinceHead >= HEAD_RECORDS) await writeHead().catch(() => {})
    }
  }

  async function writeHead(): Promise<void> {
    const signature = signer ? sign(null, Buffer.from(link), signer).toString('base64') : undefined
    const head = entry({ kind: 'head', of: link, ...(signature !== undefined && { signature }) })
    await commit(head.line)
    ;({ seq, link } = head)
    sinceHead = 0
    try {
      onHead?.({ seq, head: link, time: isoTime(Date.now()), ...(signature !== undefined && { signature }) })
    } catch {
      // The anchor is the application's; its failure does not undo the record.
    }
  }

  /** One group at a time: whoever comes meanwhile joins the next. */
  function inTurn(action: () => Promise<void>): Promise<void> {
    const next = turn.then(() => ready).then(action)
    turn = next.catch(() => {})
    return next
  }

  function add(json: string): Promise<Anchor> {
    if (closed) return Promise.reject(refused(new Error('the audit log is closed')))
    return new Promise((resolvePending, reject) => {
      pending.push({ json, resolve: resolvePending, reject })
      if (pending.length > 1) return
      // Everything appended in this turn is one group.
      setImmediate(() => {
        inTurn(work).catch((error) => {
          const failed = pending
          pending = []
          figures.failures += failed.length
          for (const each of failed) each.reject(refused(error))
        })
      })
    })
  }

  function append(record: AuditRecord): Promise<Anchor> {
    const copy = plain(record, beginWalk(4096, 12_000))
    const { seq: _seq, time: _time, kind: _kind, mac: _mac, ...own } = cutTexts(gate.mask(copy), 4096) as Record<string, unknown>
    return add(JSON.stringify({ time: isoTime(Date.now()), kind: 'record', ...own }))
  }

  return {
    append,
    source,
    access: (record) => append({ what: 'read', ...record } as AuditRecord),
    async close() {
      if (closed) return
      closed = true
      clearInterval(timer)
      clearInterval(checks)
      hide()
      try {
        await inTurn(work)
        await inTurn(writeHead)
      } finally {
        await handle?.close()
        unlock()
      }
    }
  }
}

function refused(cause: unknown): RagError {
  return new RagError('RAG_LOGGER_AUDIT_WRITE', {
    problem: `the record is not durable: ${(cause as Error).message}`,
    fix: 'free the disk or repair the log, and append again',
    cause
  })
}
