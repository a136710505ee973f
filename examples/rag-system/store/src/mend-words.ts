// Makes what is searched by words what the database has: what is missing or of another version is put in, what is gone is taken out.
import { KNOWN, NOTE, PASSAGES } from './schema.js'
import type { WordedDocument, Words } from './words.js'

type Rows = <T>(text: string, values?: unknown[]) => Promise<T[]>
type Known = Omit<WordedDocument, 'passages'> & { readonly passages: number }
type Passage = WordedDocument['passages'][number] & { readonly document: string }

/** Documents that are read from the database at once. */
const SOME = 50

/**
 * Gives how many documents were put in or taken out.
 *
 * @param note Whether somebody may have kept what was made from the words as they were.
 */
export async function mendWords(words: Words, rows: Rows, note: boolean): Promise<number> {
  const held = await words.documents()
  const known = await rows<Known>(KNOWN)
  const ids = new Set(known.map(({ id }) => id))
  const gone = [...held.keys()].filter((id) => !ids.has(id))
  const behind = known.filter(({ id, hash, passages }) => {
    const has = held.get(id)
    // A document without a passage is held nowhere.
    return has ? has.hash !== hash || has.passages !== passages : passages > 0
  })
  await words.remove(gone)
  for (let from = 0; from < behind.length; from += SOME) {
    const some = behind.slice(from, from + SOME)
    const passages = await rows<Passage>(PASSAGES, [some.map(({ id }) => id)])
    await words.replace(some.map((document) => ({ ...document, passages: passages.filter((one) => one.document === document.id) })))
  }
  const mended = [...gone.map((id) => ({ id, added: false })), ...behind.map(({ id }) => ({ id, added: true }))]
  if (note && mended.length > 0) await rows(NOTE, [mended.map(({ id }) => id), mended.map(({ added }) => added)])
  return mended.length
}
