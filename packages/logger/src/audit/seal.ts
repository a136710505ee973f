// What records are in the file: each a line, or encrypted, one line for those that were written together.

import type { Encryption } from '../cipher.js'
import type { Chain } from './chain.js'
import type { Anchor } from './check.js'
import { beginSegment, type Segment } from './segment.js'

/** Records in one encrypted line. When it is changed nobody can say which of them was. */
const MOST_TOGETHER = 100

export interface Sealed {
  readonly lines: Buffer
  /** Where each record stands in the chain. Those in one line share its link. */
  readonly places: Anchor[]
}

/** Makes lines of records behind a place. A record is its JSON from the comma behind its number on, without the closing brace. */
export type Seal = (at: Anchor, records: readonly string[]) => Sealed

/** What fails to be written must not be followed by more from the same seal: it begins anew, with another data key. */
export async function openSeal(chain: Chain, encryption: Encryption | undefined): Promise<Seal> {
  return encryption ? encryptedSeal(chain, await beginSegment(encryption)) : clearSeal(chain)
}

function clearSeal(chain: Chain): Seal {
  return ({ seq, head }, records) => {
    const first = seq + 1
    const { lines, links } = chain.seal(
      head,
      records.map((record, index) => numbered(first + index, record))
    )
    return { lines, places: links.map((link, index) => ({ seq: first + index, head: link })) }
  }
}

function encryptedSeal(chain: Chain, segment: Segment): Seal {
  let begun = false

  function together(first: number, records: readonly string[]): string {
    let clear = ''
    for (let index = 0; index < records.length; index++) clear += numbered(first + index, records[index]!) + '}\n'
    return `{"seq":${first},"records":${records.length},"data":"${segment.encrypt(clear)}"`
  }

  return ({ seq, head }, records) => {
    const first = seq + 1
    const texts = begun ? [] : [segment.text]
    const before = texts.length
    for (let from = 0; from < records.length; from += MOST_TOGETHER)
      texts.push(together(first + from, records.slice(from, from + MOST_TOGETHER)))
    const { lines, links } = chain.seal(head, texts)
    begun = true
    return { lines, places: records.map((_, index) => ({ seq: first + index, head: links[before + Math.floor(index / MOST_TOGETHER)]! })) }
  }
}

function numbered(seq: number, record: string): string {
  return `{"seq":${seq}${record}`
}
