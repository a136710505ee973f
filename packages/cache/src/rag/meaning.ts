// The second gate: two questions with near vectors may still ask opposite things. Refuses when negation, numbers, names or a decisive word differ.

const NEGATION =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|isnt|arent|dont|doesnt|didnt|cant|wont|shouldnt|wasnt|werent|couldnt|hasnt|havent|except|unless|exclude[sd]?|excluding|lack(?:s|ing)?|non)\b/g
const NUMBER_WORDS: Record<string, string> = Object.fromEntries(
  ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'].map((word, value) => [
    word,
    String(value)
  ])
)
/** Words that carry no meaning of their own in a question. */
const STOP = new Set(
  'a an the of for to in on at by with from is are was were be been do does did can could will would should shall may might must i you we they it he she me my our your their its this that these those what which who whom whose when where why how and or as if then than so about into over please tell explain describe show give let know there any some have has had get s t way'.split(
    ' '
  )
)
const SYNONYMS = [
  'reset restore recover',
  'change modify alter update edit',
  'delete remove erase',
  'create make build add',
  'big large',
  'fix repair solve resolve',
  'find locate',
  'start begin launch',
  'stop end halt',
  'buy purchase',
  'show display',
  'cost price',
  'company firm business',
  'error failure problem issue',
  'install setup',
  'use utilize employ',
  'need require',
  'help assist',
  'car automobile',
  'quick fast rapid',
  'method procedure process steps'
].map((group) => new Set(group.split(' ').map(stem)))

/** What is checked of a text; made once an entry. */
export interface Meaning {
  readonly negations: number
  readonly numbers: readonly string[]
  readonly names: ReadonlySet<string>
  readonly words: readonly string[]
}

export function meaningOf(text: string): Meaning {
  const plain = text.normalize('NFKC').replace(/[’']/g, '')
  const lower = plain.toLowerCase()
  const words = lower.match(/[\p{L}\p{N}][\p{L}\p{N}._-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu) ?? []
  return {
    negations: lower.match(NEGATION)?.length ?? 0,
    numbers: words
      .flatMap((word) => NUMBER_WORDS[word] ?? word.match(/\d+(?:[.,]\d+)*/g)?.map((number) => number.replace(/,/g, '')) ?? [])
      .sort(),
    names: namesOf(plain),
    words: words.filter((word) => !STOP.has(word)).map(stem)
  }
}

/** Whether an answer to one is an answer to the other, as far as words can tell; in doubt it is not. */
export function sameMeaning(first: Meaning, second: Meaning): boolean {
  if (first.negations % 2 !== second.negations % 2) return false
  if (first.numbers.join() !== second.numbers.join()) return false
  if (!sameNames(first, second)) return false
  return !swapsOneWord(first.words, second.words)
}

/** A name of one side must at least be a word of the other: who writes it small means the same. */
function sameNames(first: Meaning, second: Meaning): boolean {
  const known = ({ names, words }: Meaning, name: string) => names.has(name) || words.includes(stem(name))
  for (const name of first.names) if (!known(second, name)) return false
  for (const name of second.names) if (!known(first, name)) return false
  return true
}

/** The same question about something else: nearly all words are shared, and each side has one or two of its own that are no synonyms. */
function swapsOneWord(first: readonly string[], second: readonly string[]): boolean {
  const onlyFirst = first.filter((word) => !second.includes(word))
  const onlySecond = second.filter((word) => !first.includes(word))
  if (onlyFirst.length === 0 || onlySecond.length === 0) return false
  const shared = first.length - onlyFirst.length
  if (onlyFirst.length > 2 || onlySecond.length > 2 || shared === 0) return false
  return !onlyFirst.every((word) => onlySecond.some((other) => synonyms(word, other)))
}

function synonyms(first: string, second: string): boolean {
  return SYNONYMS.some((group) => group.has(first) && group.has(second))
}

/** Capitalised words inside a sentence, words with digits or in capitals, and what is quoted. */
function namesOf(text: string): Set<string> {
  const names = new Set<string>()
  for (const sentence of text.split(/[.!?]\s+|\n/)) {
    const words = sentence.match(/[\p{L}\p{N}][\p{L}\p{N}._-]*/gu) ?? []
    for (const [index, word] of words.entries()) {
      const marked = /\p{Lu}.*\p{Lu}|\p{L}\d|\d\p{L}|[._]\p{L}/u.test(word)
      const capital = index > 0 && /^\p{Lu}\p{L}/u.test(word)
      if ((marked || capital) && !STOP.has(word.toLowerCase())) names.add(word.toLowerCase().replace(/[._-]+$/, ''))
    }
  }
  for (const [, quoted] of text.matchAll(/["“«]([^"”»]{1,80})["”»]/g)) names.add(quoted!.toLowerCase())
  return names
}

function stem(word: string): string {
  if (word.length < 5) return word
  return word.replace(/(?:ing|ed|es|s|er|ly)$/, '').replace(/(?:e|i|y)$/, '')
}
