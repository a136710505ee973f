// The second gate: two questions with near vectors may still ask opposite things. Refuses when negation, numbers, names or a decisive word differ.

const NEGATION =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|isnt|arent|dont|doesnt|didnt|cant|wont|shouldnt|wasnt|werent|couldnt|hasnt|havent|except|unless|exclude[sd]?|excluding|lack(?:s|ing)?|fail(?:s|ed|ing)?|refuse[sd]?|hardly|rarely|seldom|non)\b/g
const NUMBER_WORDS: Record<string, string> = Object.fromEntries(
  [
    'zero one two three four five six seven eight nine ten eleven twelve',
    'none first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'
  ].flatMap((words, ordinal) => words.split(' ').map((word, value) => [word, `${value}${ordinal ? '.' : ''}`]))
)
/** Words that carry no meaning of their own in a question. */
const STOP = new Set(
  'a an the of for to in on at by with from is are was were be been do does did can could will would should shall may might must i you we they it he she me my our your their its this that these those what which who whom whose when where why how and or as if then than so about into over please tell explain describe show give let know there any some have has had get s t way exactly just currently actually whats wheres whos hows thats list steps'.split(
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

/** Small words of which one turns the sense of the other round. */
const OPPOSITES = [
  ['on', 'off'],
  ['up', 'down'],
  ['in', 'out'],
  ['before', 'after'],
  ['above', 'below'],
  ['over', 'under'],
  ['more', 'less'],
  ['for', 'against'],
  ['show', 'hide'],
  ['am', 'pm']
] as const
/** What follows these has its part in the sentence: who swaps two parts asks something else. */
const ROLE = /\b(from|to|into|than|by|before|after|with|against|of)\s+(?:the\s+|an?\s+)?([\p{L}\p{N}][\p{L}\p{N}._-]*)/gu

/** What is checked of a text. */
export interface Meaning {
  readonly negations: number
  /** In their order, as the names. */
  readonly numbers: readonly string[]
  readonly names: ReadonlySet<string>
  readonly words: readonly string[]
  readonly small: ReadonlySet<string>
  readonly roles: ReadonlyMap<string, string>
}

export function meaningOf(text: string): Meaning {
  const plain = text.normalize('NFKC').replace(/[’']/g, '')
  const lower = plain.toLowerCase()
  const words = lower.match(/[\p{L}\p{N}][\p{L}\p{N}._-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu) ?? []
  return {
    negations: lower.match(NEGATION)?.length ?? 0,
    numbers: numbersOf(lower),
    names: namesOf(plain),
    words: words.filter((word) => !STOP.has(word)).map(stem),
    small: new Set(words.filter((word) => SMALL.has(word))),
    roles: new Map([...lower.matchAll(ROLE)].map(([, role, word]) => [role!, stem(word!)]))
  }
}

const SMALL: ReadonlySet<string> = new Set(OPPOSITES.flat())

/** Figures and words for figures, with their sign; `1,000` is 1000. */
function numbersOf(lower: string): string[] {
  const found = lower.match(/(?:(?<=^|[\s(])[-−])?\d+(?:[.,:]\d+)*|\p{L}+/gu) ?? []
  return found.flatMap((word) => NUMBER_WORDS[word] ?? (/\d/.test(word) ? word.replace(/,/g, '').replace('−', '-') : []))
}

/** Whether an answer to one is an answer to the other, as far as words can tell; in doubt it is not. */
export function sameMeaning(first: Meaning, second: Meaning): boolean {
  if (first.negations % 2 !== second.negations % 2) return false
  if (first.numbers.join() !== second.numbers.join()) return false
  if (!sameNames(first, second) || !sameParts(first, second)) return false
  if (OPPOSITES.some(([one, other]) => opposed(first, second, one, other) || opposed(second, first, one, other))) return false
  return !isAboutSomethingElse(first.words, second.words)
}

/** A name of one side must at least be a word of the other: who writes it small means the same. */
function sameNames(first: Meaning, second: Meaning): boolean {
  const known = ({ names, words }: Meaning, name: string) => names.has(name) || words.includes(stem(name))
  for (const name of first.names) if (!known(second, name)) return false
  for (const name of second.names) if (!known(first, name)) return false
  return true
}

const opposed = ({ small }: Meaning, other: Meaning, one: string, opposite: string) =>
  small.has(one) && other.small.has(opposite) && !(small.has(opposite) && other.small.has(one))

/** The same names in another order, or the same words in other parts, ask something else: from A to B is not from B to A. */
function sameParts(first: Meaning, second: Meaning): boolean {
  if ([...first.names].filter((name) => second.names.has(name)).join() !== [...second.names].filter((name) => first.names.has(name)).join())
    return false
  const reordered = [...first.words].sort().join() === [...second.words].sort().join()
  if (reordered && first.names.size > 0 && first.words.join() !== second.words.join()) return false
  const named = (word: string) => [...first.names, ...second.names].some((name) => stem(name) === word)
  for (const [role, word] of first.roles) {
    const other = second.roles.get(role)
    if (other !== undefined && other !== word && (reordered || (named(word) && named(other)))) return false
  }
  return true
}

/**
 * The same question about something else: nearly all words are shared, and each side has one or two of its own that are no synonyms; or all words of one
 * are in the other, which asks for less than that.
 */
function isAboutSomethingElse(first: readonly string[], second: readonly string[]): boolean {
  const onlyFirst = first.filter((word) => !second.includes(word))
  const onlySecond = second.filter((word) => !first.includes(word))
  if (onlyFirst.length === 0 && onlySecond.length === 0) return false
  if (onlyFirst.length === 0 || onlySecond.length === 0) return true
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
