// What a prompt is made of, and how much of its context says the same thing twice.
import { boundedTogether, type CountTokens, estimateTokens } from './tokens.js'

export interface PromptParts {
  system?: string
  history?: readonly string[]
  /** Retrieved chunks. */
  context?: readonly string[]
  question?: string
}

export interface PromptBreakdown {
  system: number
  history: number
  context: number
  question: number
  total: number
  /** Share of the context that repeats earlier context, 0 to 1. */
  duplicateShare: number
}

/** Words in a shingle: long enough that a repeat is no coincidence. */
const SHINGLE = 8
/** Beyond this the context is not compared: a comparison must not block the loop. */
const MAX_WORDS = 5000
const MAX_CHARACTERS = 40_000

/**
 * Splits a prompt into its parts, in tokens; by estimate unless a counter is given.
 *
 * @example
 * promptBreakdown({ system, context: chunks, question }).duplicateShare // 0.31
 */
export function promptBreakdown(
  { system = '', history = [], context = [], question = '' }: PromptParts,
  counter: CountTokens = estimateTokens
): PromptBreakdown {
  const count = boundedTogether(counter)
  const sum = (texts: readonly string[]): number => texts.reduce((total, text) => total + count(text), 0)
  const parts = { system: count(system), history: sum(history), context: sum(context), question: count(question) }
  return { ...parts, total: parts.system + parts.history + parts.context + parts.question, duplicateShare: duplicateShare(context) }
}

function duplicateShare(context: readonly string[]): number {
  const seen = new Set<string>()
  let words = 0
  let characters = 0
  let repeated = 0
  for (const chunk of context) {
    if (words >= MAX_WORDS || characters >= MAX_CHARACTERS) break
    const list = wordsOf(chunk.slice(0, MAX_CHARACTERS - characters), MAX_WORDS - words)
    characters += chunk.length
    const size = Math.min(SHINGLE, list.length)
    if (size === 0) continue
    let coveredTo = 0
    for (let at = 0; at + size <= list.length; at++) {
      const shingle = list.slice(at, at + size).join(' ')
      if (seen.has(shingle)) {
        repeated += at + size - Math.max(at, coveredTo)
        coveredTo = at + size
      } else seen.add(shingle)
    }
    words += list.length
  }
  return words === 0 ? 0 : repeated / words
}

/** The first words of a text. */
function wordsOf(text: string, most: number): string[] {
  const list: string[] = []
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    list.push(word)
    if (list.length >= most) break
  }
  return list
}
