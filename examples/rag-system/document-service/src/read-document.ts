// Makes a document for the index of what was uploaded or found: read, cut into passages, embedded.
import { createHash } from 'node:crypto'
import type { NewDocument } from '@rag-example/store'
import { ServiceError } from '@rag-example/wire'
import { chunkSections, type Passage } from './chunk.js'
import { readContent } from './content.js'
import type { Original } from './originals.js'

type Vectors = readonly (readonly number[])[]
export type Embed = (texts: readonly string[]) => Promise<Vectors>
type Stage = <T>(name: string, attributes: object, fn: () => T) => T

/** A book, not a library. */
const MAX_PASSAGES = 400

/** @throws ServiceError 415 or 422 for a document that cannot be read, and what `embed` throws. */
export async function readDocument({ id, type, bytes }: Original, embed: Embed, stage: Stage): Promise<NewDocument> {
  const sections = await stage('read', { type }, () => readContent(type, bytes))
  const passages = chunkSections(sections, { minCharacters: 1, maxPassages: MAX_PASSAGES })
  if (passages.length === 0) throw new ServiceError(422, 'This document has no text that could be searched.')
  const vectors = await stage('embed', { passages: passages.length }, () => embed(passages.map(({ text }) => text)))
  return withVectors({ id, title: sections[0]?.headings[0] ?? id, bytes, passages }, vectors)
}

export interface Cut {
  readonly id: string
  readonly title: string
  readonly bytes: Buffer
  readonly passages: readonly Passage[]
}

export function withVectors({ id, title, bytes, passages }: Cut, vectors: Vectors): NewDocument {
  return {
    id,
    title,
    hash: hashOf(bytes),
    bytes: bytes.length,
    passages: passages.map((passage, at) => ({ ...passage, vector: vectors[at]! }))
  }
}

export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
