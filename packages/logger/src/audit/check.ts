// Checks the lines of an audit log one after the other, on the bytes that were read.

import type { Encryption } from '../cipher.js'
import { type Chain, GENESIS, macAt, macOf } from './chain.js'
import { FORMAT, reopenSegment } from './segment.js'

/** A head that is kept where the writer of the file cannot change it. */
export interface Anchor {
  seq: number
  head: string
}

/** What is handed over for each intact record. */
export type RecordVisitor = (record: Record<string, unknown>) => void

interface CheckOptions {
  chain: Chain
  /** Opens encrypted records. Without it their lines are checked as they stand. */
  encryption: Encryption | undefined
  anchor: Anchor | undefined
  /** Checks the signature of every head. */
  isSigned: ((link: string, signature: unknown) => boolean) | undefined
  visit: RecordVisitor | undefined
}

export interface Check {
  /** The last intact record; -1 before the first. */
  readonly head: Anchor
  /** The link of the last intact line. */
  readonly link: string
  readonly anchored: boolean
  /** Whether there were records that could not be opened. */
  readonly closed: boolean
  /** Says why a line is bad. @throws when what is encrypted cannot be opened */
  line(bytes: Buffer, from: number, to: number): string | undefined | Promise<undefined>
}

const LINE_FEED = 0x0a
const SEQ = Buffer.from('{"seq":')
const KEY = Buffer.from(`{"format":"${FORMAT}","segment":"`)
/** From the end of the number to the first letter of the kind: `,"time":"2026-01-02T03:04:05.678Z","kind":"` */
const TO_KIND = 43
const LETTER_R = 0x72
/** Encrypted records, from the end of the number of the first of them. */
const TOGETHER = /^,"records":([1-9]\d{0,5}),"data":"([A-Za-z0-9+/=]+)"$/
const STANDS_FOR = /^\{"seq":\d+,"records":(\d{1,6}),/
const FORMER = /^\{"segment":"|"kind":"open",.*"format":"rag-audit\/2"/

export function createCheck({ chain, encryption, anchor, isSigned, visit }: CheckOptions): Check {
  let head: Anchor = { seq: -1, head: GENESIS }
  let link = GENESIS
  let anchored = anchor === undefined
  let closed = false
  let decrypt: ((data: string) => Buffer) | undefined

  function line(bytes: Buffer, from: number, to: number): string | undefined | Promise<undefined> {
    const at = macAt(bytes, from, to)
    const next = at < 0 ? undefined : chain.link(link, bytes, from, at)
    const seq = numberAt(bytes, from)
    if (next === undefined || next !== macOf(bytes, at)) return explain(seq, bytes.toString('latin1', from, to), at >= 0)
    if (Number.isNaN(seq) && startsWith(bytes, from, KEY)) {
      link = next
      return encryption && begin(bytes.toString('utf8', from, at), encryption)
    }
    if (seq !== head.seq + 1) return 'records before it are missing, doubled or moved'
    // A record says its time first; encrypted ones, how many they are.
    const rest = from + SEQ.length + String(seq).length
    const together = bytes[rest + 2] === LETTER_R ? TOGETHER.exec(bytes.toString('latin1', rest, at)) : undefined
    const reason = together ? records(seq, Number(together[1]), together[2]!) : record(bytes, from, at, rest)
    if (reason !== undefined) return reason
    const last = { seq: together ? seq + Number(together[1]) - 1 : seq, head: next }
    if (anchor && anchor.seq >= seq && anchor.seq <= last.seq) {
      if (anchor.head !== next) return 'it differs from the anchor: the log was rewritten'
      anchored = true
    }
    head = last
    link = next
    return undefined
  }

  async function begin(text: string, known: Encryption): Promise<undefined> {
    decrypt = await reopenSegment(known, text)
  }

  function records(first: number, count: number, data: string): string | undefined {
    if (!decrypt) {
      if (visit) return 'it is encrypted and no key was given'
      closed = true
      return undefined
    }
    const clear = decrypt(data)
    let seq = first
    for (let from = 0; from < clear.length; seq++) {
      const to = clear.indexOf(LINE_FEED, from)
      if (numberAt(clear, from) !== seq) return 'what is encrypted in it is out of order'
      const reason = record(clear, from, to - 1, from + SEQ.length + String(seq).length)
      if (reason !== undefined) return reason
      from = to + 1
    }
    return seq === first + count ? undefined : 'it holds another number of records than it says'
  }

  /** Only a signature needs the fields of a record, and only heads have one. */
  function record(bytes: Buffer, from: number, to: number, rest: number): string | undefined {
    const mayBeHead = isSigned !== undefined && bytes[rest + TO_KIND] !== LETTER_R
    if (!visit && !mayBeHead) return undefined
    const fields = JSON.parse(`${bytes.toString('utf8', from, to)}}`) as Record<string, unknown>
    if (mayBeHead && fields['kind'] === 'head' && !isSigned(head.head, fields['signature'])) return 'the signature of the head is wrong'
    visit?.(fields)
    return undefined
  }

  function explain(seq: number, text: string, hasLink: boolean): string {
    const expected = head.seq + 1
    if (link === GENESIS && FORMER.test(text)) return `the log has the format before ${FORMAT}, and only the version that wrote it reads it`
    if (!hasLink) return 'this is no record'
    if (seq > expected) return `it says that it is ${seq}: records from ${expected} on are missing or moved, or its number was changed`
    if (seq < expected) return 'it is inserted, doubled or moved'
    if (link === GENESIS) return 'it was changed, or the log has another key'
    const count = Number(STANDS_FOR.exec(text)?.[1] ?? 1)
    return count > 1 ? `it was changed, or one of those up to ${seq + count - 1} that are encrypted with it` : 'it was changed'
  }

  return {
    get head() {
      return head
    },
    get link() {
      return link
    },
    get anchored() {
      return anchored
    },
    get closed() {
      return closed
    },
    line
  }
}

function startsWith(bytes: Buffer, from: number, start: Buffer): boolean {
  for (let index = 0; index < start.length; index++) if (bytes[from + index] !== start[index]) return false
  return true
}

/** The number that a record claims; NaN for none. */
function numberAt(bytes: Buffer, from: number): number {
  if (!startsWith(bytes, from, SEQ)) return Number.NaN
  let number = 0
  for (let at = from + SEQ.length; ; at++) {
    const digit = bytes[at]! - 0x30
    if (digit >= 0 && digit <= 9 && number < 1e15) number = number * 10 + digit
    else return bytes[at] === 0x2c && at > from + SEQ.length ? number : Number.NaN
  }
}
