// Joins rankings of passages into one, by reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009.
import type { FoundPassage } from '@rag-example/wire'
import type { FoundByWords } from './words.js'

/** The usual constant of the method. */
const K = 60

/**
 * Each passage scores the sum of 1 / (60 + its place) over the rankings it is in.
 *
 * @example
 * fuse([[a, b], [b, c]]) // b first: it is in both
 */
export function fuse(rankings: readonly (readonly FoundByWords[])[]): FoundPassage[] {
  const found = new Map<string, FoundPassage>()
  for (const ranking of rankings)
    for (const [place, passage] of ranking.entries()) {
      const key = `${passage.document}#${passage.position}`
      found.set(key, { ...passage, score: (found.get(key)?.score ?? 0) + 1 / (K + place + 1) })
    }
  return [...found.values()].sort((a, b) => b.score - a.score)
}
