// Checks an audit log from its first line to its last.
import type { KeyObject } from 'node:crypto'
import type { Encryption } from '../cipher.js'
import { keyBytes } from '../key-bytes.js'
import { createChain } from './chain.js'
import { type Anchor, type Check, createCheck, type RecordVisitor } from './check.js'
import { type Block, scanBlocks } from './scan.js'
import { signatureCheck } from './signature.js'

const LINE_FEED = 0x0a

export interface VerifyOptions {
  file: string
  key: string | Uint8Array
  /** Opens what is encrypted. The chain is checked without it too. */
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
  /** The link of the last intact line, which may be that of a key. */
  readonly link: string
  /** Whether there are records that could not be opened. */
  readonly closed: boolean
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
  const check = createCheck({ chain: createChain(keyBytes('key', key)), encryption, anchor, isSigned: signatureCheck(publicKey), visit })
  const blocks = scanBlocks(file)
  let reason: string | undefined
  let line = 0
  let bytes = 0
  let torn = 0
  for (;;) {
    const { value, done } = await blocks.next()
    if (done) {
      torn = value
      break
    }
    bytes += value.to - value.from
    const found = await checkBlock(check, value)
    line += found.lines
    reason = found.reason
    if (reason === undefined) continue
    await blocks.return(0)
    break
  }
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
    unproven: unproven(anchor, publicKey, check.closed)
  }
  return { verification, link: check.link, closed: check.closed, bytes, torn }
}

/** Counts the lines that were looked at, and says why the last of them is bad. */
async function checkBlock(check: Check, { bytes, from, to }: Block): Promise<{ lines: number; reason?: string | undefined }> {
  let lines = 0
  try {
    for (let start = from; start < to; ) {
      const end = bytes.indexOf(LINE_FEED, start)
      lines++
      const found = check.line(bytes, start, end)
      const reason = found instanceof Promise ? await found : found
      if (reason !== undefined) return { lines, reason }
      start = end + 1
    }
  } catch (error) {
    return { lines, reason: (error as Error).message }
  }
  return { lines }
}

function unproven(anchor: Anchor | undefined, publicKey: unknown, closed: boolean): string[] {
  const gaps = ['that whoever holds the key did not write a false record']
  if (!anchor) gaps.push('that no records were cut off the end, or the whole file replaced by an older copy: that needs an anchor')
  if (closed) gaps.push('that what is encrypted can be read, and that its heads were signed: that needs the key of the encryption')
  if (!publicKey) gaps.push('that the heads were signed by the writer: that needs its public key')
  return gaps
}
