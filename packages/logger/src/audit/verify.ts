// Checks an audit log from its first line to its last.
import { createPublicKey, KeyObject } from 'node:crypto'
import { createChain, keyBytes, MARGIN } from './chain.js'
import { type Anchor, type Check, createCheck, type RecordVisitor } from './check.js'
import type { Encryption } from './cipher.js'
import { type FrameReader, openFrameReader, SEGMENT } from './frames.js'
import { type Block, scanBlocks } from './scan.js'

export interface VerifyOptions {
  file: string
  key: string | Uint8Array
  encryption?: Encryption
  /** The newest head known from outside. */
  anchor?: Anchor
  /** The public half of `signingKey`; with it the signature of every head is checked. */
  publicKey?: string | KeyObject
}

export interface Verification {
  ok: boolean
  /** Records in the intact part, heads and openings among them. */
  records: number
  /** The head of the intact part: an anchor for next time. */
  head: Anchor
  firstBad?: { seq: number; line: number; reason: string }
  /** What this check cannot prove. */
  unproven: string[]
}

/** What a writer needs beside it. */
export interface Walked {
  readonly verification: Verification
  /** Bytes of all whole lines. */
  readonly bytes: number
  /** Bytes behind the last line feed, where the whole lines are intact. */
  readonly torn: number
}

/**
 * Checks order, completeness and content of an audit log, and names the first record that is not as it was written.
 * Without an anchor nobody can tell whether whole records were cut off the end: `unproven` says so.
 *
 * @throws RagError `RAG_LOGGER_AUDIT_KEY`; the error of the file system when the file cannot be read
 * @example
 * const { ok, firstBad, head } = await verifyAuditLog({ file: 'audit.log', key, anchor: lastHead })
 */
export async function verifyAuditLog(options: VerifyOptions): Promise<Verification> {
  return (await walkAuditLog(options, undefined)).verification
}

/** Verifies and hands over what is intact. */
export async function walkAuditLog(
  { file, key, encryption, anchor, publicKey }: VerifyOptions,
  visit: RecordVisitor | undefined
): Promise<Walked> {
  const signedBy = publicKey === undefined ? undefined : publicKey instanceof KeyObject ? publicKey : createPublicKey(publicKey)
  const check = createCheck({ chain: createChain(keyBytes('key', key)), anchor, signedBy, visit })
  const reader = encryption ? encryptedReader(encryption, check) : clearReader(check)
  const blocks = scanBlocks(file)
  let reason: string | undefined
  let bytes = 0
  let torn = 0
  for (;;) {
    const { value, done } = await blocks.next()
    if (done) {
      torn = value
      break
    }
    bytes += value.to - value.from
    reason = await reader.block(value)
    if (reason === undefined) continue
    await blocks.return(0)
    break
  }
  let line = reader.line()
  if (reason === undefined && torn > 0) {
    line++
    reason = 'the last line is incomplete: a write was cut off, or the end of the file was'
  }
  if (reason === undefined && !check.anchored) reason = `the log ends before the anchor at ${anchor?.seq}: its end was cut off`
  const { head } = check
  const verification: Verification = {
    ok: reason === undefined,
    records: head.seq + 1,
    head,
    ...(reason !== undefined && { firstBad: { seq: head.seq + 1, line, reason } }),
    unproven: unproven(anchor, publicKey)
  }
  return { verification, bytes, torn }
}

interface Reader {
  /** Says why the first bad record is bad. */
  block(block: Block): string | undefined | Promise<string | undefined>
  /** The line that was looked at last. */
  line(): number
}

/** Every line is a record. */
function clearReader(check: Check): Reader {
  let bad = 0
  return {
    block(block) {
      const reason = guarded(() => check.block(block))
      if (reason === undefined) return undefined
      bad = 1
      const isEncrypted = check.head.seq < 0 && block.bytes.toString('latin1', block.from, block.from + SEGMENT.length) === SEGMENT
      return isEncrypted ? 'the file is encrypted and no key was given' : reason
    },
    line: () => check.head.seq + 1 + bad
  }
}

/** Every line is a key or a frame of records. */
function encryptedReader(encryption: Encryption, check: Check): Reader {
  const frames = openFrameReader(encryption)
  let line = 0
  return {
    async block({ bytes, from, to }) {
      for (let start = from; start < to; ) {
        const end = bytes.indexOf(10, start)
        line++
        try {
          const records = await recordsIn(frames, bytes.toString('latin1', start, end))
          const reason = records && check.block(records)
          if (reason !== undefined) return reason
        } catch (error) {
          return (error as Error).message
        }
        start = end + 1
      }
      return undefined
    },
    line: () => line
  }
}

async function recordsIn(frames: FrameReader, line: string): Promise<Block | undefined> {
  const clear = await frames.read(line)
  return clear && { bytes: Buffer.concat([Buffer.allocUnsafe(MARGIN), clear]), from: MARGIN, to: MARGIN + clear.length }
}

function guarded(check: () => string | undefined): string | undefined {
  try {
    return check()
  } catch (error) {
    return (error as Error).message
  }
}

function unproven(anchor: Anchor | undefined, publicKey: unknown): string[] {
  const gaps = ['that whoever holds the key did not write a false record']
  if (!anchor) gaps.push('that no records were cut off the end, or the whole file replaced by an older copy: that needs an anchor')
  if (!publicKey) gaps.push('that the heads were signed by the writer: that needs its public key')
  return gaps
}
