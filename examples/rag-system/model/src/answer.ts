// An extractive answerer: it picks, from the passages in a prompt, the sentences that share most with the question.

export interface Message {
  readonly role: string
  readonly content: string
}

interface Sentence {
  readonly text: string
  /** Number of the passage it stands in, as the prompt gives it. */
  readonly passage: string
  readonly words: ReadonlySet<string>
}

const PASSAGE = /^\[(\d+)\]\s+(.*)$/
const MAX_SENTENCES = 3
const STOP_WORDS = new Set(
  'a an and are as at be by can do does for from has have how i if in into is it its me my of on or our should such that the their them then there these they this to use used using was we what when where which why will with you your'.split(
    ' '
  )
)

/** The answer to the last question of a conversation, with the numbers of the passages it is taken from. */
export function answer(messages: readonly Message[]): string {
  const prompt = messages.findLast((message) => message.role === 'user')?.content ?? ''
  const at = prompt.lastIndexOf('Question:')
  const question = wordsOf(at < 0 ? prompt : prompt.slice(at + 'Question:'.length))
  const sentences = prompt.split('\n').flatMap(sentencesOfLine)
  const weights = rarity(sentences)
  const best = sentences
    .map((sentence, order) => ({ sentence, order, score: scoreOf(sentence, question, weights) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .slice(0, MAX_SENTENCES)
  if (best.length === 0) return 'The passages do not answer this question.'
  return best.map(({ sentence }) => `${sentence.text} [${sentence.passage}]`).join(' ')
}

/** Words that carry meaning, in lower case and without their commonest endings. */
export function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(words.filter((word) => !STOP_WORDS.has(word)).map((word) => word.replace(/(?<=\p{L}{3})(ing|ies|ed|es|s)$/u, '')))
}

function sentencesOfLine(line: string): Sentence[] {
  const match = PASSAGE.exec(line)
  if (!match) return []
  const [, passage = '', text = ''] = match
  return text.split(/(?<=[.!?])\s+/).map((sentence) => ({ text: sentence, passage, words: wordsOf(sentence) }))
}

/** Inverse document frequency of each word over the sentences; a word that all share says nothing. */
function rarity(sentences: readonly Sentence[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { words } of sentences) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return new Map([...counts].map(([word, count]) => [word, Math.log(1 + sentences.length / count)]))
}

function scoreOf({ words }: Sentence, question: ReadonlySet<string>, weights: ReadonlyMap<string, number>): number {
  let score = 0
  for (const word of question) if (words.has(word)) score += weights.get(word) ?? 0
  // A long sentence shares words by chance.
  return score / Math.sqrt(4 + words.size)
}
