// Cuts a Markdown document into passages of a few sentences that an encoder takes in one piece.
import { type Section, sectionsOf } from './markdown.js'

export interface Passage {
  /** Place in the document, from 0. */
  readonly position: number
  /** The headings above it, joined. */
  readonly heading: string
  readonly text: string
}

/** Sections that every README has and nobody asks about. */
const SAYS_NOTHING =
  /^\W*(install|licen[cs]e|sponsor|contribut|table of contents|contents|acknowledg|team|author|credits|changelog|badges)/i

export interface ChunkOptions {
  /** Longest passage, in characters. @default 480 */
  maxCharacters?: number
  /** What is shorter says too little to be found. @default 40 */
  minCharacters?: number
  /** Passages taken from the beginning of a document. @default 4 */
  maxPassages?: number
}

/**
 * The passages of a document, in its order. A passage never crosses a heading.
 *
 * @example
 * chunk('# Cat\n\nA cat sleeps. A cat eats.', { minCharacters: 5 }) // [{ position: 0, heading: 'Cat', text: 'A cat sleeps. A cat eats.' }]
 */
export function chunk(markdown: string, options?: ChunkOptions): Passage[] {
  return chunkSections(sectionsOf(markdown), options)
}

/** The passages of sections, in their order. */
export function chunkSections(
  sections: readonly Section[],
  { maxCharacters = 480, minCharacters = 40, maxPassages = 4 }: ChunkOptions = {}
): Passage[] {
  const passages: Passage[] = []
  for (const { headings, paragraphs } of sections) {
    if (SAYS_NOTHING.test(headings.at(-1) ?? '')) continue
    for (const text of fill(
      paragraphs.flatMap((paragraph) => piecesOf(paragraph, maxCharacters)),
      maxCharacters
    )) {
      if (text.length < minCharacters) continue
      passages.push({ position: passages.length, heading: headings.join(' > '), text })
      if (passages.length === maxPassages) return passages
    }
  }
  return passages
}

/** Sentences, and words where a sentence alone is too long; a word that is too long itself is cut, as is writing without spaces. */
function piecesOf(paragraph: string, maxCharacters: number): string[] {
  return sentencesOf(paragraph).flatMap((sentence) =>
    sentence.length <= maxCharacters
      ? [sentence]
      : fill(
          sentence.split(' ').flatMap((word) => cut(word, maxCharacters)),
          maxCharacters
        )
  )
}

function cut(word: string, length: number): string[] {
  const parts: string[] = []
  for (let from = 0; from < word.length; ) {
    // A sign of two units stays whole.
    const to = from + length - (/[\uD800-\uDBFF]/.test(word[from + length - 1] ?? '') ? 1 : 0)
    parts.push(word.slice(from, to))
    from = to
  }
  return parts
}

/** Splits prose where a sentence ends. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=["'([]?[A-Z0-9])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

function fill(pieces: readonly string[], maxCharacters: number): string[] {
  const filled: string[] = []
  for (const piece of pieces) {
    const last = filled.at(-1)
    if (last !== undefined && last.length + 1 + piece.length <= maxCharacters) filled[filled.length - 1] = `${last} ${piece}`
    else filled.push(piece)
  }
  return filled
}
