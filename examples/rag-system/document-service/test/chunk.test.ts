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

  it('cuts a word that is too long, and writing without spaces, and no sign in two', () => {
    const long = `${'a'.repeat(99)}\u{1F989}${'b'.repeat(60)} and more`
    const passages = chunk(long, { maxCharacters: 50, minCharacters: 1, maxPassages: 99 }).map(({ text }) => text)
    expect(passages).toEqual(['a'.repeat(50), 'a'.repeat(49), `\u{1F989}${'b'.repeat(48)}`, `${'b'.repeat(12)} and more`])
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

  it('shortens a heading without end: it stands beside every passage below it', () => {
    expect(sectionsOf(`# ${'long '.repeat(1000)}\n\ntext`)[0]?.headings).toEqual(['long '.repeat(40)])
  })

  it('takes a heading without the signs that close it, and rules for what they are', () => {
    const sections = sectionsOf('# A ##  \n\none\n\n- - -\n***\n\n| a | b |\n|:--|--:|\n| c | d |\n\n- -\n')
    expect(sections).toEqual([{ headings: ['A'], paragraphs: ['one', 'a b c d', '-'] }])
  })

  // Once a sign was looked at from each that stood before it: the service stood still for hours.
  it.each(['<!--', '![', '[', '[![a', '[a](', '<a', '<http:', '[a\n'])('reads a megabyte of %j', (signs) => {
    expect(sectionsOf(signs.repeat(1_000_000 / signs.length))).toHaveLength(1)
  })
  it.each(['#', '|', '_', '*', '-', '- '])('reads a line that is a megabyte of %j', (signs) => {
    expect(sectionsOf(`# ${signs.repeat(1_000_000 / signs.length)}x\n\n${signs.repeat(1_000_000 / signs.length)}x`)).toHaveLength(1)
  })

  it('does not end a fence at a shorter one', () => {
    expect(sectionsOf('````\n```\ncode\n```\n````\n\nprose')).toEqual([{ headings: [], paragraphs: ['prose'] }])
  })
})

describe('plain', () => {
  it('keeps names with underscores and drops emphasis', () => {
    expect(plain('_Read_ **the** `http_requests_total` of <b>all</b>')).toBe('Read the http_requests_total of all')
    expect(plain('__init__ and _ a_b_ <https://example.com/a_b>')).toBe('init and a_b https://example.com/a_b')
  })

  it('takes a link for its words, also when its address has parentheses', () => {
    expect(plain('A [stack](https://example.com/Stack_(type)) and ![picture](p_(1).png) [one](#1) [two][2] <i>end')).toBe(
      'A stack and one two end'
    )
  })
})
