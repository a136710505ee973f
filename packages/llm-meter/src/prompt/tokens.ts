// Counts tokens without a tokenizer, or with one behind a guard: an estimate in linear time, marked as such wherever it is used.

/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number

/** Beyond this only the size is looked at. */
const MAX_SCANNED = 100_000
/** A tokenizer is given pieces of this size: the common ones take time by the square of a text without spaces. */
const PIECE = 500
/** No call of a tokenizer is begun after this. */
const BUDGET_MS = 3

/**
 * Estimates the tokens of a text: words of up to six letters are one, longer ones one every four letters, three digits one, other characters by their bytes.
 * Linear in the size of the text and bounded, so that no input blocks the loop.
 *
 * @example
 * estimateTokens('How long is a fortnight?') // 8
 */
export function estimateTokens(text: string): number {
  if (text.length > MAX_SCANNED) return Math.ceil((scan(text, MAX_SCANNED) * text.length) / MAX_SCANNED)
  return Math.ceil(scan(text, text.length))
}

function scan(text: string, end: number): number {
  let tokens = 0
  /** The run of characters of one kind that ends at `at`. */
  let kind = OTHER
  let run = 0
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at)
    const next = kindOf(code)
    if (next === OTHER) tokens += code > 0x2e7f || code < 128 ? 1 : 0.7
    if (next === kind) run++
    else {
      tokens += tokensOf(kind, run)
      kind = next
      run = 1
    }
  }
  return tokens + tokensOf(kind, run)
}

const OTHER = 0
const LETTER = 1
const DIGIT = 2
const SPACE = 3

function kindOf(code: number): number {
  const lower = code | 32
  if (lower >= 97 && lower <= 122) return LETTER
  if (code >= 48 && code <= 57) return DIGIT
  return code === 32 || (code >= 9 && code <= 13) ? SPACE : OTHER
}

function tokensOf(kind: number, run: number): number {
  if (kind === LETTER) return run <= 6 ? 1 : Math.ceil(run / 4)
  if (kind === DIGIT) return Math.ceil(run / 3)
  // One space belongs to the word after it.
  return kind === SPACE && run > 1 ? 1 : 0
}

/**
 * A tokenizer behind a guard: texts of up to 500 characters are counted exactly, longer ones in pieces cut at spaces, and what is left after 3 ms is estimated.
 * Whatever the tokenizer throws, or counts that are none, become the estimate.
 *
 * @example
 * const count = boundedTokenizer((text) => encoding.encode(text).length)
 */
export function boundedTokenizer(count: CountTokens): CountTokens {
  const guarded = (text: string): number => {
    try {
      const tokens = count(text)
      return Number.isFinite(tokens) && tokens >= 0 ? tokens : estimateTokens(text)
    } catch {
      return estimateTokens(text)
    }
  }
  return (text) => {
    if (text.length <= PIECE) return guarded(text)
    const until = performance.now() + BUDGET_MS
    let tokens = 0
    let at = 0
    while (at < text.length && performance.now() < until) {
      const space = at + PIECE < text.length ? text.lastIndexOf(' ', at + PIECE) : text.length
      const end = space > at ? space : at + PIECE
      tokens += guarded(text.slice(at, end))
      at = end
    }
    return at < text.length ? tokens + estimateTokens(text.slice(at)) : tokens
  }
}

/** So much is counted however long it takes. */
const MUST_COUNT = 20_000

/** Counts many texts of one prompt: once they have taken 3 ms, the texts that follow are taken to be like the ones before. */
export function boundedTogether(count: CountTokens): CountTokens {
  const until = performance.now() + BUDGET_MS
  let tokens = 0
  let size = 0
  return (text) => {
    if (size > MUST_COUNT && performance.now() > until) return Math.ceil((tokens / size) * text.length)
    const counted = count(text)
    tokens += counted
    size += text.length
    return counted
  }
}

/**
 * A tokenizer that is loaded when it is first asked, and estimates until it is there or when it cannot be had.
 *
 * @example
 * const count = lazyTokenizer(() => import('gpt-tokenizer').then(({ countTokens }) => countTokens))
 */
export function lazyTokenizer(load: () => Promise<CountTokens>): CountTokens {
  let count: CountTokens = estimateTokens
  let asked = false
  const ask = async (): Promise<void> => {
    try {
      count = boundedTokenizer(await load())
    } catch {
      // Without it the estimate stays.
    }
  }
  return (text) => {
    if (!asked) {
      asked = true
      void ask()
    }
    return count(text)
  }
}
