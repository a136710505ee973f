// Reads Markdown as plain prose: sections with their headings, without code, badges, links and HTML. Uploads come from strangers: no pattern here looks at a sign more than a few times.

export interface Section {
  /** Headings from the top of the document down to this section. */
  readonly headings: readonly string[]
  readonly paragraphs: readonly string[]
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/
const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/
const UNDERLINE = /^ {0,3}(=+|-+)\s*$/
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s*\S+/
const RULE = /^ {0,3}(?:-[-\s]*|\*[*\s]*|_[_\s]*)$/
const TABLE_RULE = /^[\s:|-]+$/
/** A heading stands beside each passage below it. */
const MAX_HEADING = 200

/** Splits a document into its sections. What stands before the first heading is a section without headings. */
export function sectionsOf(markdown: string): Section[] {
  const sections: { headings: string[]; paragraphs: string[] }[] = [{ headings: [], paragraphs: [] }]
  let levels: { level: number; title: string }[] = []
  let paragraph: string[] = []
  let fence: string | undefined

  const endParagraph = () => {
    if (paragraph.length === 0) return
    const text = plain(paragraph.join(' '))
    if (text !== '') sections.at(-1)!.paragraphs.push(text)
    paragraph = []
  }
  const startSection = (level: number, title: string) => {
    endParagraph()
    levels = [...levels.filter((heading) => heading.level < level), { level, title: plain(title).slice(0, MAX_HEADING) }]
    sections.push({ headings: levels.map((heading) => heading.title).filter((name) => name !== ''), paragraphs: [] })
  }

  for (const line of withoutComments(markdown).split(/\r?\n/)) {
    const mark = FENCE.exec(line)?.[1]
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined
      continue
    }
    if (mark) {
      endParagraph()
      fence = mark
      continue
    }
    const heading = HEADING.exec(line)
    if (heading) startSection(heading[1]!.length, withoutClosing(heading[2]!))
    else if (paragraph.length === 1 && UNDERLINE.test(line)) {
      const title = paragraph[0]!
      paragraph = []
      startSection(line.includes('=') ? 1 : 2, title)
    } else if (line.trim() === '' || isRule(line)) endParagraph()
    else if (!DEFINITION.test(line) && !isTableRule(line)) {
      if (/^\s*([-*+]|\d+[.)])\s+/.test(line)) endParagraph()
      paragraph.push(line.trim())
    }
  }
  endParagraph()
  return sections.filter((section) => section.paragraphs.length > 0)
}

/** What a link leads to: an address, which may have parentheses, or a name. */
const TARGET = /(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^[\]]*\])/.source
const IMAGE = new RegExp(`!\\[[^[\\]]*\\]${TARGET}`, 'g')
const LINK = new RegExp(`\\[([^[\\]]*)\\]${TARGET}`, 'g')

/** The words of a piece of Markdown. */
export function plain(markdown: string): string {
  return upToLast(
    '>',
    markdown
      .replace(IMAGE, ' ')
      .replace(LINK, '$1')
      .replace(/<(https?:[^<>\s]+)>/g, '$1'),
    /<\/?[a-zA-Z][^>]*>/g,
    ' '
  )
    .replace(/^\s*(?:[-*+]|\d+[.)]|>)\s+/, '')
    .replace(/[`*|]+/g, ' ')
    .replace(/(^|\s)_+|(?<!_)_+(?=\s|$)/g, '$1')
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? ' ')
    .replace(/\\([\\`*_{}[\]()#+.!|<>-])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}

const ENTITIES: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }

function withoutComments(markdown: string): string {
  return upToLast('-->', markdown, /<!--[\s\S]*?-->/g, '')
}

/** Replaces what ends with `end`, up to the last one: behind it, each beginning would be followed to the end of the text in vain. */
function upToLast(end: string, text: string, pattern: RegExp, by: string): string {
  const at = text.lastIndexOf(end) + end.length
  return at < end.length ? text : text.slice(0, at).replace(pattern, by) + text.slice(at)
}

function isRule(line: string): boolean {
  return RULE.test(line) && line.replace(/\s/g, '').length >= 3
}

/** A heading may end with the signs that it begins with. */
function withoutClosing(title: string): string {
  let end = title.trimEnd().length
  while (title[end - 1] === '#') end--
  return title.slice(0, end)
}

function isTableRule(line: string): boolean {
  return TABLE_RULE.test(line) && line.trimStart().indexOf('|', 1) > 0
}
