// Counts tokens without a tokenizer: an estimate in linear time, marked as such wherever it is used.

/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number

/** Beyond this only the size is looked at. */
const MAX_SCANNED = 200_000
const WORD = /[A-Za-z]+|\d{1,3}|[^\sA-Za-z\d]|\s{2,}/g

/**
 * Estimates the tokens of a text: words of up to six letters are one, longer ones one a four letters, other characters by their bytes.
 * Linear in the size of the text, so that no input blocks the loop.
 *
 * @example
 * estimateTokens('How long is a fortnight?') // 7
 */
export function estimateTokens(text: string): number {
  if (text.length > MAX_SCANNED) {
    const scanned = estimateTokens(text.slice(0, MAX_SCANNED))
    return Math.ceil((scanned * text.length) / MAX_SCANNED)
  }
  let tokens = 0
  for (const [piece] of text.matchAll(WORD)) {
    const code = piece.charCodeAt(0)
    if (code > 127) tokens += code > 0x2e7f ? 1 : 0.7
    else tokens += piece.length <= 6 ? 1 : Math.ceil(piece.length / 4)
  }
  return Math.ceil(tokens)
}

/** An exact tokenizer behind a guard: long texts and faults fall back to the estimate. `maxLength` bounds its time. */
export function boundedTokenizer(count: CountTokens, maxLength = 2000): CountTokens {
  return (text) => {
    if (text.length > maxLength) return estimateTokens(text)
    try {
      const tokens = count(text)
      return Number.isFinite(tokens) && tokens >= 0 ? tokens : estimateTokens(text)
    } catch {
      return estimateTokens(text)
    }
  }
}
