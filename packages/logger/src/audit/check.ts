// Checks the records of an audit log one after the other, on the bytes that were read.
import { type KeyObject, verify as verifySignature } from 'node:crypto'
import { type Chain, GENESIS, macAt, macOf } from './chain.js'
import type { Block } from './scan.js'

/** A head that is kept where the writer of the file cannot change it. */
export interface Anchor {
  seq: number
  head: string
}

/** What is handed over for each intact record. */
export type RecordVisitor = (record: Record<string, unknown>, link: string) => void

interface CheckOptions {
  chain: Chain
  anchor: Anchor | undefined
  /** Checks the signature of every head. */
  signedBy: KeyObject | undefined
  visit: RecordVisitor | undefined
}

export interface Check {
  /** The last intact record; -1 before the first. */
  readonly head: Anchor
  readonly anchored: boolean
  /** Checks the records in a block. Says why the first bad one is bad. */
  block(block: Block): string | undefined
}

const LINE_FEED = 0x0a
const SEQ = Buffer.from('{"seq":')
/** From the end of the number to the first letter of the kind: `,"time":"2026-01-02T03:04:05.678Z","kind":"` */
const TO_KIND = 43
const LETTER_R = 0x72

export function createCheck({ chain, anchor, signedBy, visit }: CheckOptions): Check {
  let seq = -1
  let link = GENESIS
  let anchored = anchor === undefined

  function check(bytes: Buffer, from: number, to: number): string | undefined {
    const at = macAt(bytes, from, to)
    if (at < 0) return 'this is no record'
    const next = chain.link(link, bytes, from, at)
    const claimed = numberAt(bytes, from)
    if (next !== macOf(bytes, at)) return explain(claimed)
    if (claimed !== seq + 1) return 'records before it are missing, doubled or moved'
    // Only a signature needs the fields of a record, and only heads have one.
    const mayBeHead = signedBy !== undefined && bytes[from + SEQ.length + String(claimed).length + TO_KIND] !== LETTER_R
    const record = visit || mayBeHead ? (JSON.parse(`${bytes.toString('utf8', from, at)}}`) as Record<string, unknown>) : undefined
    if (mayBeHead && record?.['kind'] === 'head' && !isSigned(record['signature'])) return 'the signature of the head is wrong'
    seq++
    link = next
    if (anchor?.seq === seq) {
      if (anchor.head !== link) return 'it differs from the anchor: the log was rewritten'
      anchored = true
    }
    visit?.(record ?? {}, link)
    return undefined
  }

  function isSigned(signature: unknown): boolean {
    return verifySignature(null, Buffer.from(link), signedBy!, Buffer.from(String(signature), 'base64'))
  }

  function explain(claimed: number): string {
    if (Number.isNaN(claimed) || claimed === seq + 1) return 'it was changed, or records before it were'
    return claimed > seq + 1 ? `records from ${seq + 1} to ${claimed - 1} are missing` : 'it is inserted, doubled or moved'
  }

  return {
    get head() {
      return { seq, head: link }
    },
    get anchored() {
      return anchored
    },
    block({ bytes, from, to }) {
      for (let start = from; start < to; ) {
        const end = bytes.indexOf(LINE_FEED, start)
        const reason = check(bytes, start, end)
        if (reason !== undefined) return reason
        start = end + 1
      }
      return undefined
    }
  }
}

/** The number that a record claims; NaN for none. */
function numberAt(bytes: Buffer, from: number): number {
  for (let index = 0; index < SEQ.length; index++) if (bytes[from + index] !== SEQ[index]) return Number.NaN
  let number = 0
  for (let at = from + SEQ.length; ; at++) {
    const digit = bytes[at]! - 0x30
    if (digit >= 0 && digit <= 9 && number < 1e15) number = number * 10 + digit
    else return bytes[at] === 0x2c && at > from + SEQ.length ? number : Number.NaN
  }
}
