// What may be uploaded: Markdown, text and PDF; whatever else is refused with a reason.
import { expect, it } from 'vitest'
import { readContent } from '../src/content.js'

/** Says that the letter Q is a NUL. */
const NUL_FOR_Q = '/CMapName /N def 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <51> <0000> endbfchar endcmap'

/** A PDF of one page, written by hand. */
function pdf(text: string, meaning = ''): Buffer {
  const stream = `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica ${meaning && '/ToUnicode 6 0 R'} >>`,
    `<< /Length ${meaning.length} >>\nstream\n${meaning}\nendstream`
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  return Buffer.from(`${body}xref\n0 7\n0000000000 65535 f \n${table}trailer << /Size 7 /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF`)
}

const refused = (type: string, bytes: Buffer) =>
  readContent(type, bytes).then(
    () => 'taken',
    (error: { statusCode?: number; message: string }) => `${error.statusCode} ${error.message}`
  )

it('reads Markdown with its headings, and text by its paragraphs', async () => {
  expect(await readContent('text/markdown', Buffer.from('# Owls\n\nOwls fly at night.'))).toEqual([
    { headings: ['Owls'], paragraphs: ['Owls fly at night.'] }
  ])
  expect(await readContent('text/plain', Buffer.from('One\nline.\n\nAnother.\r\n\r\nÄ third.'))).toEqual([
    { headings: [], paragraphs: ['One line.', 'Another.', 'Ä third.'] }
  ])
})

it('reads the text of a PDF', async () => {
  expect(await readContent('application/pdf', pdf('Owls fly at night.'))).toEqual([{ headings: [], paragraphs: ['Owls fly at night.'] }])
})

it('takes no NUL from a PDF, which the database would refuse', async () => {
  expect(await readContent('application/pdf', pdf('Owls Q fly.', NUL_FOR_Q))).toEqual([{ headings: [], paragraphs: ['Owls fly.'] }])
})

it.each([
  ['a type it does not know', 'image/png', Buffer.from('x'), /^415 Markdown/],
  ['text that is binary', 'text/plain', Buffer.from([0xff, 0xfe, 0x00, 0x41]), /^415 This file is binary/],
  ['Markdown with a NUL', 'text/markdown', Buffer.from('a\0b'), /^415 This file is binary/],
  ['a PDF that is none', 'application/pdf', Buffer.from('hello'), /^415 This file is no PDF/],
  ['a PDF that is broken', 'application/pdf', Buffer.from('%PDF-1.7\nnothing of a PDF'), /^422 This PDF cannot be read/],
  ['a document without text', 'text/markdown', Buffer.from('```\ncode alone\n```'), /^422 This document has no text/],
  ['a PDF without text', 'application/pdf', pdf(''), /^422 This document has no text/],
  ['a text that is too long', 'text/plain', Buffer.from('word '.repeat(500_000)), /^422 This document has \d+ characters/]
])('refuses %s', async (_, type, bytes, message) => {
  expect(await refused(type, bytes)).toMatch(message)
})
