// What the search by words needs to have what the database has: nothing, where it has it already.
import { expect, it } from 'vitest'
import { mendWords } from '../src/mend-words.js'
import { KNOWN, PASSAGES } from '../src/schema.js'
import type { Held, Words } from '../src/words.js'

it('leaves a document without a passage alone, which is held nowhere and is not behind, and mends the one that is', async () => {
  const held = new Map<string, Held>()
  const noted: unknown[] = []
  const words: Words = {
    find: async () => [],
    passages: async () => held.size,
    documents: async () => held,
    remove: async (ids) => void ids.map((id) => held.delete(id)),
    replace: async (documents) => {
      for (const { id, hash, passages } of documents) if (passages.length > 0) held.set(id, { hash, passages: passages.length })
    }
  }
  const answers: Record<string, unknown[]> = {
    [KNOWN]: [
      { id: 'owls', title: 'Owls', hash: 'o', passages: 1 },
      { id: 'blank', title: 'Blank', hash: 'b', passages: 0 }
    ],
    [PASSAGES]: [{ document: 'owls', heading: 'Owls', position: 0, text: 'Owls fly.' }]
  }
  const rows = async <T>(text: string, values?: unknown[]) => {
    if (!(text in answers)) noted.push(values)
    return (answers[text] ?? []) as T[]
  }
  expect(await mendWords(words, rows, true)).toBe(1)
  expect(await mendWords(words, rows, true)).toBe(0)
  // Passages of two versions.
  held.set('owls', { hash: undefined, passages: 1 })
  expect(await mendWords(words, rows, false)).toBe(1)
  expect([held, noted]).toEqual([new Map([['owls', { hash: 'o', passages: 1 }]]), [[['owls'], [true]]]])
})
