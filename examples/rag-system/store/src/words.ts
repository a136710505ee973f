// What a search by words must do, whoever does it.
import type { FoundPassage } from '@rag-example/wire'

export type FoundByWords = Omit<FoundPassage, 'score'>

/** A document as words are searched in it: without vectors. */
export interface WordedDocument {
  readonly id: string
  readonly title: string
  readonly hash: string
  readonly passages: readonly { readonly position: number; readonly heading: string; readonly text: string }[]
}

/** What is held of a document; the hash is missing when passages of two versions are there. */
export interface Held {
  readonly hash: string | undefined
  readonly passages: number
}

export interface Words {
  /** Passages that share words with the question, best first. */
  find(question: string, limit: number): Promise<readonly FoundByWords[]>
  /** Puts documents in the place of what is held of them; what searches is made when it is not there. */
  replace(documents: readonly WordedDocument[]): Promise<void>
  /** What is not there is no failure. */
  remove(ids: readonly string[]): Promise<void>
  /** Of every document that is there; none when what searches was lost. */
  documents(): Promise<ReadonlyMap<string, Held>>
  /** How many there are, of all documents. */
  passages(): Promise<number>
}
