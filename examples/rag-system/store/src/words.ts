// What a search by words must do, whoever does it.
import type { FoundPassage } from '@rag-example/wire'
import type { NewDocument } from './store.js'

export type FoundByWords = Omit<FoundPassage, 'score'>

export interface Words {
  /** Passages that share words with the question, best first. */
  find(question: string, limit: number): Promise<readonly FoundByWords[]>
  replace(documents: readonly NewDocument[]): Promise<void>
  remove(id: string): Promise<void>
}
