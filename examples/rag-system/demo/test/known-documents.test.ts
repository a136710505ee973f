// The questions of the recall measurement: enough of them, none twice, each about a document that exists.
import { expect, it } from 'vitest'
import { documents } from '../../document-service/src/corpus.js'
import { KNOWN_QUESTIONS } from '../src/known-documents.js'

it('has at least 40 different questions about documents of the corpus', async () => {
  const ids = new Set((await documents()).map(({ id }) => id))
  expect(new Set(KNOWN_QUESTIONS.map(({ question }) => question)).size).toBe(KNOWN_QUESTIONS.length)
  expect(KNOWN_QUESTIONS.length).toBeGreaterThanOrEqual(40)
  expect(KNOWN_QUESTIONS.filter(({ document }) => !ids.has(document))).toEqual([])
})
