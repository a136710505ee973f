// Reads what was uploaded: Markdown, text or PDF, told by its content type and checked against its bytes.
import { ServiceError } from '@rag-example/wire'
import { type Section, sectionsOf } from './markdown.js'
import { pdfText } from './pdf.js'

/** Longer texts are no documents for this system. */
const MAX_CHARACTERS = 2_000_000
const PDF_MARK = '%PDF-'

/**
 * The sections of a document.
 *
 * @throws ServiceError 415 for other types and for bytes that are not what they claim, 422 for a document without text or with too much.
 */
export async function readContent(type: string, bytes: Buffer): Promise<Section[]> {
  const sections = await sectionsIn(type, bytes)
  const size = sections.reduce((sum, { paragraphs }) => sum + paragraphs.reduce((all, text) => all + text.length, 0), 0)
  if (size === 0) throw new ServiceError(422, 'This document has no text that could be searched.')
  if (size > MAX_CHARACTERS) throw new ServiceError(422, `This document has ${size} characters; ${MAX_CHARACTERS} are taken.`)
  return sections
}

async function sectionsIn(type: string, bytes: Buffer): Promise<Section[]> {
  if (type === 'application/pdf') {
    if (!bytes.subarray(0, 1024).includes(PDF_MARK)) throw new ServiceError(415, 'This file is no PDF.')
    return paragraphsOf(await pdfText(bytes))
  }
  if (type !== 'text/markdown' && type !== 'text/plain')
    throw new ServiceError(415, 'Markdown (text/markdown), text (text/plain) and PDF (application/pdf) are taken.')
  const text = textOf(bytes)
  return type === 'text/markdown' ? sectionsOf(text) : paragraphsOf(text)
}

function textOf(bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // Not UTF-8: the same answer as for other binary files.
  }
  throw new ServiceError(415, 'This file is binary; text must be UTF-8.')
}

/** Plain text: an empty line ends a paragraph, there are no headings. A PDF may make a NUL of any sign, which no database takes. */
function paragraphsOf(text: string): Section[] {
  const paragraphs = text
    .split(/\r?\n\s*\r?\n/)
    .map((paragraph) => paragraph.replace(/[\s\0]+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
  return paragraphs.length > 0 ? [{ headings: [], paragraphs }] : []
}
