// Finds what the index has not, or not as it is now: the documents of the repository and the uploads that are kept.
import type { NewDocument } from '@rag-example/store'
import { chunk } from './chunk.js'
import { documents as documentsIn } from './corpus.js'
import { type Original, originalsIn } from './originals.js'
import { type Embed, hashOf, withVectors } from './read-document.js'
import { keptVectors } from './vector-file.js'

export interface MissingOptions {
  /** The folder whose Markdown is indexed, and the file that keeps its vectors. @default this repository and a file in its node_modules */
  readonly corpus: { readonly root: string; readonly vectors: string } | undefined
  /** Where the uploads are kept; undefined keeps none. */
  readonly originals: string | undefined
  embed: Embed
  read(original: Original): Promise<NewDocument>
  readonly logger: { warn(fields: object, message: string): void }
}

/** Statuses of a document that itself is the fault. */
const UNREADABLE = new Set([415, 422])

/**
 * An upload wins over what the repository has under its name.
 *
 * @param known The hashes of what the index has.
 */
export async function missing(known: ReadonlyMap<string, string>, options: MissingOptions): Promise<NewDocument[]> {
  const { corpus, originals, embed } = options
  const uploads = new Map<string, NewDocument | undefined>()
  for await (const original of originals ? originalsIn(originals) : [])
    uploads.set(original.id, known.get(original.id) === hashOf(original.bytes) ? undefined : await readAgain(original, options))
  const found = (await documentsIn(corpus?.root)).map(({ id, title, markdown }) => ({
    id,
    title,
    bytes: Buffer.from(markdown),
    passages: chunk(markdown)
  }))
  const changed = found.filter(({ id, bytes }) => !uploads.has(id) && known.get(id) !== hashOf(bytes))
  const { vectors } = await keptVectors(
    changed.flatMap(({ passages }) => passages.map(({ text }) => text)),
    embed,
    corpus?.vectors
  )
  const own = changed.map((document) => withVectors(document, vectors.splice(0, document.passages.length)))
  return [...own, ...uploads.values()].filter((document) => document !== undefined)
}

/** A kept upload that cannot be read any more keeps no other from being found. */
async function readAgain(original: Original, { read, logger }: MissingOptions): Promise<NewDocument | undefined> {
  try {
    return await read(original)
  } catch (error) {
    if (!UNREADABLE.has((error as { statusCode?: number }).statusCode ?? 500)) throw error
    logger.warn({ error, documentId: original.id }, 'a kept upload is not indexed')
    return undefined
  }
}
