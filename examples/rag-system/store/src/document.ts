// A document as it is handed to the store, and as its statement takes it.

export interface NewPassage {
  readonly position: number
  readonly heading: string
  readonly text: string
  readonly vector: readonly number[]
}
export interface NewDocument {
  readonly id: string
  readonly title: string
  /** Of the content: the same hash needs no new vectors. */
  readonly hash: string
  readonly bytes: number
  readonly passages: readonly NewPassage[]
}

/** The parameters of `REPLACE`. */
export function valuesOf(documents: readonly NewDocument[], note: boolean): unknown[] {
  const passages = documents.flatMap(({ id, title, passages }) => passages.map((passage) => ({ document: id, title, ...passage })))
  return [
    documents.map(({ id }) => id),
    documents.map(({ title }) => title),
    documents.map(({ hash }) => hash),
    documents.map(({ bytes }) => bytes),
    documents.map(({ passages }) => passages.length),
    passages.map(({ document }) => document),
    passages.map(({ position }) => position),
    passages.map(({ title }) => title),
    passages.map(({ heading }) => heading),
    passages.map(({ text }) => text),
    passages.map(({ vector }) => vectorText(vector)),
    note
  ]
}

/** A vector as pgvector reads it. */
export function vectorText(vector: readonly number[]): string {
  return `[${vector.join(',')}]`
}
