// Request headers in the line of a request. The same headers come with every request, so their masked text is kept.

import { quote } from './escape.js'
import { cutTexts } from './plain.js'

type Headers = Readonly<Record<string, string | string[] | undefined>>
type Mask = (value: unknown) => unknown

/** Which request headers a line shows: none, all, or those named. */
export type HeaderChoice = boolean | readonly string[]

const LONGEST_VALUE = 512
const MOST_HEADERS = 64
/** Nothing of these may be kept, not even in memory. */
const MASKED = '[masked:header]'
const SECRET = new Map(
  ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'api-key', 'x-auth-token'].map((name) => [
    name,
    quote(name) + ':' + quote(MASKED)
  ])
)
const MOST_KEPT = 1000

function chosenHeaders(headers: Headers | undefined, choice: HeaderChoice): Headers | undefined {
  if (!headers || typeof choice === 'boolean') return headers
  const chosen: Record<string, string | string[] | undefined> = {}
  for (const name of choice) if (headers[name] !== undefined) chosen[name] = headers[name]
  return chosen
}

/** The chosen headers without the values that no line may hold. */
export function shownHeaders(headers: Headers | undefined, choice: HeaderChoice): Headers | undefined {
  const chosen = chosenHeaders(headers, choice)
  if (!chosen) return undefined
  const shown: Record<string, string | string[] | undefined> = {}
  for (const name in chosen) shown[name] = SECRET.has(name) ? MASKED : chosen[name]
  return shown
}

/** Makes the writer of `,"headers":{...}`. */
export function headerWriter(mask: Mask): (headers: Headers | undefined, choice: HeaderChoice) => string {
  const kept = new Map<string, string>()
  const last = new Map<string, { text: string; field: string }>()

  function field(name: string, value: string | string[]): string {
    const secret = SECRET.get(name)
    if (secret !== undefined) return secret
    const text = typeof value === 'string' ? value : value.join(', ')
    // The next request mostly says what the last one said, and comparing two texts costs less than looking one up.
    const recent = last.get(name)
    if (recent !== undefined && recent.text === text) return recent.field
    const key = name + '\n' + text
    const made = kept.get(key) ?? make(name, text, key)
    if (recent !== undefined && kept.has(key)) {
      recent.text = text
      recent.field = made
    }
    return made
  }

  function make(name: string, text: string, key: string): string {
    const masked = (mask({ [name]: text.slice(0, 2 * LONGEST_VALUE) }) as Record<string, unknown>)[name]
    const made = quote(name) + ':' + quote(String(cutTexts(masked, LONGEST_VALUE)))
    // Only what is clean and short is kept: a secret stays nowhere.
    if (masked === text && text.length <= LONGEST_VALUE) {
      if (kept.size >= MOST_KEPT) {
        kept.clear()
        last.clear()
      }
      kept.set(key, made)
      last.set(name, { text, field: made })
    }
    return made
  }

  return function headerFields(headers, choice) {
    const chosen = choice && chosenHeaders(headers, choice)
    if (!chosen) return ''
    let line = ''
    let count = 0
    for (const name in chosen) {
      const value = chosen[name]
      if (value === undefined) continue
      if (count++ >= MOST_HEADERS) break
      line += (line === '' ? '' : ',') + field(name, value)
    }
    return ',"headers":{' + line + '}'
  }
}
