// Messages that the masker left as they are, with their JSON. A service says the same few sentences over and over, so each is looked through once.
import { quote } from './escape.js'
import { copyOf } from './flat.js'

const LONGEST = 512
const MOST = 1000

/** Remembers texts that are clean. What holds a secret is never kept here, not even in memory. */
export interface CleanTexts {
  /** A clean text as JSON; undefined for one that is not known. */
  json(text: string): string | undefined
  /** Remembers a clean text; returns its JSON. */
  add(text: string): string
}

export function createCleanTexts(): CleanTexts {
  let recent = new Map<string, string>()
  let older = new Map<string, string>()
  return {
    json: (text) => (text.length > LONGEST ? undefined : (recent.get(text) ?? older.get(text))),
    add(text) {
      if (text.length > LONGEST) return quote(text)
      // Sentences that never come again push out only each other.
      if (recent.size >= MOST) {
        older = recent
        recent = new Map()
      }
      const copy = copyOf(text)
      const json = quote(copy)
      if (copy !== text) return quote(text)
      recent.set(copy, json)
      return json
    }
  }
}
