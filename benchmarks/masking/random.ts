// Seeded random values for the corpora: fresh for every seed, the same for the same seed.

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const CLASSES: Readonly<Record<string, string>> = {
  an: LOWER + UPPER + DIGITS,
  anm: LOWER + UPPER + DIGITS,
  alpha: LOWER + UPPER,
  lo: LOWER + DIGITS,
  up: UPPER + DIGITS,
  hex: `${DIGITS}abcdef`,
  HEX: `${DIGITS}ABCDEF`,
  w: `${LOWER}${UPPER}${DIGITS}_-`,
  d: DIGITS,
  b32: `${UPPER}234567`,
  b32l: `${LOWER}234567`
}

export interface Random {
  next(): number
  int(below: number): number
  pick<T>(list: readonly T[]): T
  of(name: string, length: number): string
  expand(template: string): string
  uuid(): string
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const int = (below: number): number => Math.floor(next() * below)
  const of = (name: string, length: number): string => {
    const letters = CLASSES[name]!
    let out = ''
    for (let index = 0; index < length; index++) {
      let letter = letters[int(letters.length)]!
      if ((index === 0 || index === length - 1) && (letter === '_' || letter === '-')) letter = 'k'
      out += letter
    }
    return out
  }
  return {
    next,
    int,
    of,
    pick: (list) => list[int(list.length)]!,
    expand: (template) => template.replace(/\{(\d+):(\w+)\}/g, (_, length: string, name: string) => of(name, Number(length))),
    uuid: () => `${of('hex', 8)}-${of('hex', 4)}-4${of('hex', 3)}-a${of('hex', 3)}-${of('hex', 12)}`
  }
}
