// The second look at what was found: passages that hold the rare words of the question, or whose title does, come first.
import type { FoundPassage } from '@rag-example/wire'

const WORD = /[\p{L}\p{N}]+/gu
/** Weight of the words beside the rank that the search gave; chosen by recall over the known questions of the demo. */
const WORDS_WEIGHT = 0.012
const TITLE_WEIGHT = 0.5

/**
 * Orders candidates anew. The score is the fused one plus the share of the question, by rarity among the candidates, that a passage covers.
 */
export function rerank(question: string, candidates: readonly FoundPassage[]): FoundPassage[] {
  const asked = wordsOf(question)
  const texts = candidates.map(({ title, heading, text }) => ({ body: wordsOf(`${heading} ${text}`), title: wordsOf(title) }))
  const weights = new Map<string, number>()
  for (const word of asked) {
    const holders = texts.filter(({ body, title }) => body.has(word) || title.has(word)).length
    weights.set(word, holders === 0 ? 0 : Math.log(1 + candidates.length / holders))
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0) || 1
  const covered = (words: ReadonlySet<string>) =>
    [...weights].reduce((sum, [word, weight]) => sum + (words.has(word) ? weight : 0), 0) / total
  return candidates
    .map((candidate, index) => {
      const { body, title } = texts[index]!
      return { ...candidate, score: candidate.score + WORDS_WEIGHT * (covered(body) + TITLE_WEIGHT * covered(title)) }
    })
    .sort((a, b) => b.score - a.score)
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(WORD) ?? []).map((word) => word.replace(/(?<=\p{L}{3})(ing|ies|ed|es|s)$/u, '')))
}
