// Expands value templates: `{36:an}` becomes 36 random characters of a class. Fake secrets exist at run time only.

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const CLASSES: Readonly<Record<string, string>> = {
  an: LOWER + UPPER + DIGITS,
  anm: LOWER + UPPER + DIGITS,
  alpha: LOWER + UPPER,
  lo: LOWER + DIGITS,
  up: UPPER + DIGITS,
  hex: DIGITS + 'abcdef',
  HEX: DIGITS + 'ABCDEF',
  w: `${LOWER}${UPPER}${DIGITS}_-`,
  d: DIGITS,
  b32: `${UPPER}234567`,
  b32l: `${LOWER}234567`
}

/** A seeded generator (mulberry32, public domain), so that a failure can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function fromClass(name: string, length: number, random: () => number): string {
  const letters = CLASSES[name]
  if (!letters) throw new Error(`no class ${name}`)
  let out = ''
  for (let index = 0; index < length; index++) {
    let letter = letters[Math.floor(random() * letters.length)]!
    // A value never begins or ends with punctuation, and a mixed one shows every kind.
    if ((index === 0 || index === length - 1) && /[_-]/.test(letter)) letter = 'x'
    out += letter
  }
  return name === 'anm' || (name === 'an' && length > 3) ? `${out.slice(0, -3)}${'aZ7'}` : out
}

export const expand = (template: string, random: () => number): string =>
  template.replace(/\{(\d+):(\w+)\}/g, (_, length: string, name: string) => fromClass(name, Number(length), random))
