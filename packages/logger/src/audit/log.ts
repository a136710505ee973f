// An audit log: records are acknowledged when they are on the disk, and chained so that no change stays unseen.
import { type KeyObject, randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  checkOptions,
  type Duration,
  durationMs,
  LONGEST_TIMER_MS,
  type Masker,
  type Observer,
  RagError,
  registerSource,
  resolveMasker,
  type Source
} from '@rag/core'
import { checkEncryption, type Encryption } from '../cipher.js'
import { isoTime } from '../clock.js'
import { keyBytes } from '../key-bytes.js'
import { createChain, GENESIS } from './chain.js'
import type { Anchor } from './check.js'
import { ownEntry, recordEntry } from './entry.js'
import { createFigures, figureSource } from './figures.js'
import { lockFile, pathOf } from './lock.js'
import { recordText } from './record.js'
import { openSeal, type Seal } from './seal.js'
import { FORMAT } from './segment.js'
import { headSigner } from './signature.js'
import { type Walked, walkAuditLog } from './verify.js'

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
  /** Takes each head to a place outside this host. `signature` is base64 of Ed25519 over the text of `head`. */
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
  /** What {@link Seal} takes. */
  readonly text: string
  readonly resolve: (anchor: Anchor) => void
  readonly reject: (error: unknown) => void
}

/** The head of a place, and the record that says it. */
interface Head {
  readonly of: Anchor
  readonly text: string
  readonly signature?: string
}

const OPTIONS = ['file', 'key', 'signingKey', 'encryption', 'headEvery', 'onHead', 'mask', 'verifyEvery', 'observers'] as const
const HEAD_RECORDS = 1000
const MAX_GROUP = 1000
/** Records that may wait for a disk that does not answer. */
const MAX_WAITING = 100_000

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
  const chain = createChain(keyBytes('key', key))
  if (encryption) checkEncryption('encryption', encryption)
  const signatureOf = headSigner(signingKey)
  const textOf = recordText(resolveMasker(mask))
  const everyMs = durationMs('headEvery', headEvery)
  const checkMs = verifyEvery === undefined ? undefined : durationMs('verifyEvery', verifyEvery)
  const file = pathOf(options.file)
  const unlock = lockFile(file)

  const figures = createFigures()
  const source = figureSource(file, figures)
  const hide = registerSource(observers, source)
  let handle: FileHandle
  let seal: Seal | undefined
  /** The file may hold part of a group that failed. */
  let torn = false
  let length = 0
  let inode = 0
  let place: Anchor = { seq: -1, head: GENESIS }
  let sinceHead = 0
  let pending: Pending[] = []
  let turn: Promise<unknown> = Promise.resolve()
  let closed = false

  const begun = begin()
  // Whoever appends is told; nobody appending is no reason to end the process.
  begun.catch(() => {})
  const timer = setInterval(() => void inTurn(writeHead).catch(() => {}), Math.min(everyMs, LONGEST_TIMER_MS)).unref()
  const checks =
    checkMs === undefined ? undefined : setInterval(() => void inTurn(check).catch(() => {}), Math.min(checkMs, LONGEST_TIMER_MS)).unref()

  /** Finds the end of the chain, removes what a killed write has left, and starts a segment. */
  async function begin(): Promise<void> {
    const existed = existsSync(file)
    handle = await openFile(file, 'a', 0o600)
    inode = (await handle.stat()).ino
    let tornBytes = 0
    if (existed) {
      const { verification, link, closed: encrypted, bytes, torn: unfinished } = await walked(undefined)
      const { firstBad } = verification
      if (firstBad && unfinished === 0) throw new Error(`record ${firstBad.seq} on line ${firstBad.line}: ${firstBad.reason}`)
      // Whoever forgets the key must not go on in clear.
      if (encrypted) throw new Error('it is encrypted and no key was given')
      tornBytes = unfinished
      if (tornBytes > 0) await handle.truncate(bytes)
      length = bytes
      place = { seq: verification.head.seq, head: link }
    }
    if (!existed) await syncFolder(dirname(file))
    await write([ownEntry('open', { id: randomUUID(), format: FORMAT, ...(tornBytes > 0 && { tornBytes }) })])
  }

  /** Checks what is on the disk; the newest head is known here, so a cut is seen too. A write that was cut off is no change. */
  async function walked(anchor: Anchor | undefined): Promise<Walked> {
    const result = await walkAuditLog({ file, key, ...(encryption && { encryption }), ...(anchor && { anchor }) }, undefined)
    if (result.verification.ok || (!anchor && result.torn > 0)) figures.verified = Date.now() / 1000
    else figures.broken++
    return result
  }

  async function check(): Promise<void> {
    await walked(place)
  }

  /** Writes and synchronises records behind the place, or leaves the file as it was. */
  async function write(records: readonly string[]): Promise<readonly Anchor[]> {
    try {
      seal ??= await openSeal(chain, encryption)
      if (torn) await handle.truncate(length)
      torn = false
      checkOurs()
      const { lines, places } = seal(place, records)
      // Half a group must not stand before the next one.
      torn = true
      for (let offset = 0; offset < lines.length; ) offset += (await handle.write(lines, offset)).bytesWritten
      await handle.datasync()
      torn = false
      length += lines.length
      place = places.at(-1)!
      return places
    } catch (error) {
      seal = undefined
      throw error
    }
  }

  /** A file that was moved or removed keeps nothing, and one that somebody else has written or cut is no longer the chain that we know. */
  function checkOurs(): void {
    const there = statSync(file, { throwIfNoEntry: false })
    if (there?.ino !== inode) throw new Error('the file was moved or removed')
    if (there.size !== length) throw new Error(`the file has ${there.size} bytes and not ${length}: somebody else has changed it`)
  }

  async function work(): Promise<void> {
    while (pending.length > 0) {
      const group = pending.splice(0, MAX_GROUP)
      const records = group.map(({ text }) => text)
      try {
        const head = sinceHead >= HEAD_RECORDS ? headOf(place) : undefined
        if (head) records.unshift(head.text)
        const places = await write(records)
        for (let index = 0; index < group.length; index++) group[index]!.resolve(places[head ? index + 1 : index]!)
        if (head) announce(head)
        sinceHead += group.length
        figures.records += group.length
      } catch (error) {
        figures.failures += group.length
        for (const { reject } of group) reject(refused(error))
      }
    }
  }

  function headOf(of: Anchor): Head {
    const signature = signatureOf && { signature: signatureOf(of.head) }
    return { of, text: ownEntry('head', { of: of.head, ...signature }), ...signature }
  }

  async function writeHead(): Promise<void> {
    const head = headOf(place)
    await write([head.text])
    announce(head)
  }

  /** A head that is on the disk is told to the outside. */
  function announce({ of, signature }: Head): void {
    sinceHead = 0
    try {
      onHead?.({ ...of, time: isoTime(Date.now()), ...(signature !== undefined && { signature }) })
    } catch {
      // The anchor is the application's; its failure does not undo the record.
    }
  }

  /** One group at a time: whoever comes meanwhile joins the next. */
  function inTurn(action: () => Promise<void>): Promise<void> {
    const done = turn.then(() => begun).then(action)
    turn = done.catch(() => {})
    return done
  }

  function refuseAll(error: unknown): void {
    const failed = pending
    pending = []
    figures.failures += failed.length
    for (const { reject } of failed) reject(refused(error))
  }

  function append(record: AuditRecord): Promise<Anchor> {
    if (closed) return Promise.reject(refused(new Error('the audit log is closed')))
    if (typeof record !== 'object' || record === null) return Promise.reject(refused(new TypeError('a record is an object')))
    if (pending.length >= MAX_WAITING) {
      figures.failures++
      return Promise.reject(refused(new Error(`${MAX_WAITING} records wait already`)))
    }
    const text = recordEntry(textOf(record))
    return new Promise((resolvePending, reject) => {
      pending.push({ text, resolve: resolvePending, reject })
      // Everything appended in this turn is one group.
      if (pending.length === 1) setImmediate(() => inTurn(work).catch(refuseAll))
    })
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

/** A new file is durable when its name is. Where folders cannot be synchronised the system does it by itself. */
async function syncFolder(path: string): Promise<void> {
  const folder = await openFile(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

function refused(cause: unknown): RagError {
  return new RagError('RAG_LOGGER_AUDIT_WRITE', {
    problem: `the record is not durable: ${(cause as Error).message}`,
    fix: 'free the disk or repair the log, and append again',
    cause
  })
}
