// Messages that the masker left as they are. A service says the same few sentences over and over, so each is looked through once.

const LONGEST = 512
const MOST = 1000

/** Remembers texts that are clean. What holds a secret is never kept here, not even in memory. */
export interface CleanTexts {
  has(text: string): boolean
  add(text: string): void
}

export function createCleanTexts(): CleanTexts {
  let recent = new Set<string>()
  let older = new Set<string>()
  return {
    has: (text) => text.length <= LONGEST && (recent.has(text) || older.has(text)),
    add(text) {
      if (text.length > LONGEST) return
      // Sentences that never come again push out only each other.
      if (recent.size >= MOST) {
        older = recent
        recent = new Set()
      }
      recent.add(text)
    }
  }
}
