// Makes the prompt: instructions, the numbered passages, the question.
import type { FoundPassage, Message } from '@rag-example/wire'

const INSTRUCTIONS = 'Answer the question from the passages alone, in at most three sentences, and cite each passage you use as [n].'

export function promptOf(question: string, passages: readonly FoundPassage[]): Message[] {
  const numbered = passages.map(({ text }, index) => `[${index + 1}] ${text}`)
  return [
    { role: 'system', content: INSTRUCTIONS },
    { role: 'user', content: `Passages:\n${numbered.join('\n')}\n\nQuestion: ${question.replace(/\s+/g, ' ')}` }
  ]
}
