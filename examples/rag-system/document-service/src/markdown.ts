// Reads Markdown as plain prose: sections with their headings, without code, badges, links and HTML.

export interface Section {
  /** Headings from the top of the document down to this section. */
  readonly headings: readonly string[]
  readonly paragraphs: readonly string[]
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/
const UNDERLINE = /^ {0,3}(=+|-+)\s*$/
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s*\S+/
const RULE = /^ {0,3}([-*_])(\s*\1){2,}\s*$/
const TABLE_RULE = /^\s*\|?[\s:|-]+\|[\s:|-]*$/

/** Splits a document into its sections. What stands before the first heading is a section without headings. */
export function sectionsOf(markdown: string): Section[] {
  const sections: { headings: string[]; paragraphs: string[] }[] = [{ headings: [], paragraphs: [] }]
  let levels: { level: number; title: string }[] = []
  let paragraph: string[] = []
  let fence: string | undefined

  const endParagraph = () => {
    const text = plain(paragraph.join(' '))
    if (text !== '') sections.at(-1)!.paragraphs.push(text)
    paragraph = []
  }
  const startSection = (level: number, title: string) => {
    endParagraph()
    levels = [...levels.filter((heading) => heading.level < level), { level, title: plain(title) }]
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
    if (heading) startSection(heading[1]!.length, heading[2]!)
    else if (paragraph.length === 1 && UNDERLINE.test(line)) {
      const title = paragraph[0]!
      paragraph = []
      startSection(line.includes('=') ? 1 : 2, title)
    } else if (line.trim() === '' || RULE.test(line)) endParagraph()
    else if (!DEFINITION.test(line) && !TABLE_RULE.test(line)) {
      if (/^\s*([-*+]|\d+[.)])\s+/.test(line)) endParagraph()
      paragraph.push(line.trim())
    }
  }
  endParagraph()
  return sections.filter((section) => section.paragraphs.length > 0)
}

/** The words of a piece of Markdown. */
export function plain(markdown: string): string {
  return markdown
    .replace(/!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])/g, ' ')
    .replace(/\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<(https?:[^>\s]+)>/g, '$1')
    .replace(/<\/?[a-zA-Z][^>]*>/g, ' ')
    .replace(/^\s*(?:[-*+]|\d+[.)]|>)\s+/, '')
    .replace(/[`*|]+/g, ' ')
    .replace(/(^|\s)_+|_+(?=\s|$)/g, '$1')
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? ' ')
    .replace(/\\([\\`*_{}[\]()#+.!|<>-])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}

const ENTITIES: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }

function withoutComments(markdown: string): string {
  return markdown.replace(/<!--[\s\S]*?-->/g, '')
}
