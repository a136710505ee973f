// Durations as text. A double takes long to print; whole and thousandths apart do not.

/** `''`, `.001`, … `.999`, without zeros at the end. */
const FRACTIONS = Array.from({ length: 1000 }, (_, thousandths) => String(thousandths / 1000).slice(1))
const LARGEST = 2 ** 31

/** Milliseconds with at most three decimals, as JSON. Microseconds are as fine as the clock is true. */
export function milliseconds(ms: number): string {
  const micros = Math.round(ms * 1000)
  if (!(micros >= 0 && micros < LARGEST)) return Number.isFinite(micros) ? String(micros / 1000) : 'null'
  const whole = Math.floor(micros / 1000)
  return whole + FRACTIONS[micros - whole * 1000]!
}
