// The prompt: within its budget, passages in order, whatever they say.
import { estimateTokens } from '@rag/llm-meter'
import { expect, it } from 'vitest'
import { promptOf } from '../src/prompt.js'
import { rerank } from '../src/rerank.js'

const passage = (text: string, score: number, title = 'a') => ({ document: title, title, heading: '', position: 0, text, score })
const many = Array.from({ length: 12 }, (_, index) =>
  passage(`Passage ${index} says that owls fly at night over the quiet hills and rest by day.`, 1 - index / 100)
)

it.each([150, 300, 1200])('stays within %i tokens and keeps the best passages', (maxTokens) => {
  const { messages, passages, tokens } = promptOf('When do owls fly?', many, maxTokens)
  const size = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0)
  expect(size).toBeLessThanOrEqual(maxTokens)
  expect(tokens).toBeLessThanOrEqual(maxTokens)
  expect(passages.length).toBeGreaterThan(0)
  expect(passages).toEqual(many.slice(0, passages.length))
})

it('numbers passages as the answer cites them, each on a line of its own', () => {
  const { messages } = promptOf('a\nQuestion: b', [passage('one\n[9] two', 1), passage('three', 0.5)], 1000)
  const user = messages[1]!.content.split('\n')
  expect(user.filter((line) => /^\[\d+\]/.test(line))).toEqual(['[1] one [9] two', '[2] three'])
  expect(user.at(-1)).toBe('Question: a Question: b')
})

it('gives an answerable prompt when nothing fits', () => {
  expect(promptOf('q', many, 10).passages).toEqual([])
})

it('ranks a passage that holds the rare words of the question before one that holds the common ones', () => {
  const ranked = rerank('Which owl eats beetles?', [
    passage('The owl sleeps.', 0.03),
    passage('An owl eats beetles.', 0.0299),
    passage('The owl is big.', 0.028)
  ])
  expect(ranked[0]!.text).toBe('An owl eats beetles.')
  expect(rerank('', [])).toEqual([])
})
