// Passages cut from Markdown: prose only, bounded, in order, never across a heading.
import { describe, expect, it } from 'vitest'
import { chunk } from '../src/chunk.js'
import { plain, sectionsOf } from '../src/markdown.js'

const README = `# Cat

[![build](https://example.com/badge.svg)](https://example.com)
A [cat](https://example.com) sleeps **all** day. It eats \`fish\` &amp; mice.

\`\`\`js
const cat = require('cat') // A cat in code.
\`\`\`

## Install

Run the installer of your choice and wait until it is done with everything.

Food
----
* Fish is good for every cat there is.
* Milk is not good for any of them at all.
`

describe('chunk', () => {
  it('keeps prose and drops code, badges, links and sections that say nothing', () => {
    expect(chunk(README, { minCharacters: 10 })).toEqual([
      { position: 0, heading: 'Cat', text: 'A cat sleeps all day. It eats fish & mice.' },
      { position: 1, heading: 'Cat > Food', text: 'Fish is good for every cat there is. Milk is not good for any of them at all.' }
    ])
  })

  it('cuts at sentences, and within a sentence only when it alone is too long', () => {
    const passages = chunk(`One two three. Four five six. Then ${'word '.repeat(30)}end.`, {
      maxCharacters: 40,
      minCharacters: 1,
      maxPassages: 99
    })
    expect(passages[0]?.text).toBe('One two three. Four five six.')
    expect(passages.every(({ text }) => text.length <= 40)).toBe(true)
    expect(passages.map(({ text }) => text).join(' ')).toBe(`One two three. Four five six. Then ${'word '.repeat(30)}end.`)
  })

  it('takes the first passages of a long document', () => {
    const long = Array.from(
      { length: 50 },
      (_, index) => `# Part ${index}\n\nThis is the part with number ${index}, and it says little.`
    ).join('\n\n')
    expect(chunk(long, { maxPassages: 3 }).map(({ position, heading }) => [position, heading])).toEqual([
      [0, 'Part 0'],
      [1, 'Part 1'],
      [2, 'Part 2']
    ])
  })
})

describe('sectionsOf', () => {
  it('knows the headings above a section and leaves a deeper one when a higher begins', () => {
    const sections = sectionsOf('# A\n\n## B\n\ntext b\n\n# C\n\ntext c')
    expect(sections.map(({ headings }) => headings)).toEqual([['A', 'B'], ['C']])
  })

  it('does not end a fence at a shorter one', () => {
    expect(sectionsOf('````\n```\ncode\n```\n````\n\nprose')).toEqual([{ headings: [], paragraphs: ['prose'] }])
  })
})

describe('plain', () => {
  it('keeps names with underscores and drops emphasis', () => {
    expect(plain('_Read_ **the** `http_requests_total` of <b>all</b>')).toBe('Read the http_requests_total of all')
  })
})
