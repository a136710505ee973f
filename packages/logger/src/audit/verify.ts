// Checks an audit log from its first line to its last.
import { createPublicKey, KeyObject, verify as verifySignature } from 'node:crypto'
import { createMac, GENESIS, keyBytes, open } from './chain.js'
import type { Encryption } from './cipher.js'
import { openFrameReader } from './frames.js'
import { scanLines } from './scan.js'

/** A head that is kept where the writer of the file cannot change it. */
export interface Anchor {
  seq: number
  head: string
}

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

/** What {@link walkAuditLog} hands over for each intact record. */
export type RecordVisitor = (record: Record<string, unknown>, link: string) => void

/**
 * Checks order, completeness and content of an audit log, and names the first record that is not as it was written.
 * Without an anchor nobody can tell whether whole records were cut off the end: `unproven` says so.
 *
 * @throws RagError `RAG_LOGGER_AUDIT_KEY`; the error of the file system when the file cannot be read
 * @example
 * const { ok, firstBad, head } = await verifyAuditLog({ file: 'audit.log', key, anchor: lastHead })
 */
export async function verifyAuditLog(options: VerifyOptions): Promise<Verification> {
  return walkAuditLog(options, undefined)
}

/** Verifies and hands over what is intact. */
export async function walkAuditLog(
  { file, key, encryption, anchor, publicKey }: VerifyOptions,
  visit: RecordVisitor | undefined
): Promise<Verification> {
  const mac = createMac(keyBytes('key', key))
  const reader = openFrameReader(encryption)
  const signedBy = publicKey === undefined ? undefined : publicKey instanceof KeyObject ? publicKey : createPublicKey(publicKey)
  let link = GENESIS
  let seq = -1
  let line = 0
  let anchored = anchor === undefined
  let reason: string | undefined

  function check(text: string): string | undefined {
    const parts = open(text)
    if (!parts) return 'this is no record'
    if (mac(link, parts.body) !== parts.mac) return explain(parts.body)
    const record = visit || parts.body.includes('"signature"') ? (JSON.parse(`${parts.body}}`) as Record<string, unknown>) : undefined
    if (!parts.body.startsWith(`{"seq":${seq + 1},`)) return 'records before it are missing, doubled or moved'
    if (
      signedBy &&
      record?.['kind'] === 'head' &&
      !verifySignature(null, Buffer.from(link), signedBy, Buffer.from(String(record['signature']), 'base64'))
    ) {
      return 'the signature of the head is wrong'
    }
    seq++
    link = parts.mac
    if (anchor?.seq === seq) {
      if (anchor.head !== link) return 'it differs from the anchor: the log was rewritten'
      anchored = true
    }
    visit?.(record ?? {}, link)
    return undefined
  }

  function explain(body: string): string {
    const claimed = Number(/^\{"seq":(\d+),/.exec(body)?.[1] ?? Number.NaN)
    if (Number.isNaN(claimed) || claimed === seq + 1) return 'it was changed, or records before it were'
    return claimed > seq + 1 ? `records from ${seq + 1} to ${claimed - 1} are missing` : 'it is inserted, doubled or moved'
  }

  const lines = scanLines(file)
  for (;;) {
    const { value, done } = await lines.next()
    if (done) {
      if (value > 0) {
        line++
        reason = 'the last line is incomplete: a write was cut off, or the end of the file was'
      }
      break
    }
    for (const { text } of value) {
      line++
      try {
        const read = reader.read(text)
        for (const record of Array.isArray(read) ? (read as readonly string[]) : await read) {
          reason = check(record)
          if (reason !== undefined) break
        }
      } catch (error) {
        reason = (error as Error).message
      }
      if (reason !== undefined) break
    }
    if (reason !== undefined) {
      await lines.return(0)
      break
    }
  }
  if (reason === undefined && !anchored) reason = `the log ends before the anchor at ${anchor?.seq}: its end was cut off`
  return {
    ok: reason === undefined,
    records: seq + 1,
    head: { seq, head: link },
    ...(reason !== undefined && { firstBad: { seq: seq + 1, line, reason } }),
    unproven: unproven(anchor, publicKey)
  }
}

function unproven(anchor: Anchor | undefined, publicKey: unknown): string[] {
  const gaps = ['that whoever holds the key did not write a false record']
  if (!anchor) gaps.push('that no records were cut off the end, or the whole file replaced by an older copy: that needs an anchor')
  if (!publicKey) gaps.push('that the heads were signed by the writer: that needs its public key')
  return gaps
}
