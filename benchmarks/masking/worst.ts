// What hostile inputs cost: all pieces of the sweep in short texts, then the slowest of them at one megabyte and at ten; values that are deep, circular or shared.
import type { Masker } from '@rag/core'
import { seededRandom } from './random.js'
import { distinctSecrets, type Piece, pieces, repeated } from './sweep.js'

const MEGABYTE = 1_000_000
/** Characters of a text, and how many of the inputs that were slowest at the length before are tried at it. */
const ROUNDS: readonly [characters: number, inputs: number][] = [
  [4_000, Number.POSITIVE_INFINITY],
  [50_000, 300],
  [MEGABYTE, 16]
]
const AT_TEN = 6

export interface Worst {
  input: string
  oneMs: number
  tenMs: number
}

export interface Sweep {
  /** How many different inputs were tried. */
  inputs: number
  slowest: Worst[]
}

/** `personal` has personal data on; both take texts of any length. */
export function worstTexts(plain: Masker, personal: Masker): Sweep {
  const all = pieces(seededRandom(31)).map((piece) => inputOf(piece, piece.personal ? personal : plain))
  let left: Input[] = all
  for (const [characters, inputs] of ROUNDS) {
    left = left.slice(0, inputs)
    for (const input of left) input.rate = rateOf(input, characters)
    left.sort((a, b) => b.rate - a.rate)
  }
  const distinct: Input = { name: 'token=<a new value> ', make: distinctSecrets, masker: plain, rate: 0 }
  return {
    inputs: all.length + 1,
    slowest: [...left.slice(0, AT_TEN), distinct]
      .map(({ name, make, masker }) => ({
        input: name,
        oneMs: best(masker, flat(make(MEGABYTE))),
        tenMs: best(masker, flat(make(10 * MEGABYTE)))
      }))
      .sort((a, b) => b.tenMs - a.tenMs)
  }
}

interface Input {
  name: string
  make(length: number): string
  masker: Masker
  /** Milliseconds a megabyte at the length that was tried last. */
  rate: number
}

const inputOf = ({ piece, personal }: Piece, masker: Masker): Input => ({
  name: (piece.length > 40 ? `${piece.slice(0, 37)}…` : piece) + (personal ? ' (pii)' : ''),
  make: (length) => repeated(piece, length),
  masker,
  rate: 0
})

/** The first look may be a slow one, as no code is compiled yet: what is slow is looked at again. */
function rateOf({ make, masker }: Input, characters: number): number {
  const text = flat(make(characters))
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 2 && (turn === 0 || least > 60); turn++) least = Math.min(least, (timed(masker, text) / characters) * MEGABYTE)
  return least
}

/** One stretch of memory, as a text is that came from a socket. */
const flat = (text: string): string => Buffer.from(text).toString()

/** Values whose shape is the attack. */
export function worstValues(masker: Masker): Record<string, number> {
  const deep: { next?: unknown } = {}
  let at = deep
  for (let level = 0; level < 100_000; level++) {
    const next = {}
    at.next = next
    at = next
  }
  const circle: Record<string, unknown> = { name: 'x' }
  circle['self'] = circle
  circle['list'] = [circle, { back: circle }]
  let shared: unknown = { value: 'leaf' }
  for (let level = 0; level < 22; level++) shared = [shared, shared]
  let sharedObjects: unknown = { value: 'leaf' }
  for (let level = 0; level < 22; level++) sharedObjects = { a: sharedObjects, b: sharedObjects }
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field${index}`, index]))
  return {
    'depth 100,000': best(masker, deep),
    cycle: best(masker, circle),
    '2^22 shared arrays': best(masker, shared),
    '2^22 shared objects': best(masker, sharedObjects),
    '100,000 keys': best(masker, wide)
  }
}

/** The least of two calls, in milliseconds. */
function best(masker: Masker, value: unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 2; turn++) least = Math.min(least, timed(masker, value))
  return Math.round(least * 10) / 10
}

/** A busy machine adds to the time on the clock, a collection of garbage beside us to the time of the process: the smaller one counts. */
function timed(masker: Masker, value: unknown): number {
  const before = process.cpuUsage()
  const start = performance.now()
  masker.mask(value)
  const clock = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  return Math.min(clock, Math.max((user + system) / 1000, 0.01))
}
