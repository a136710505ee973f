// What a span says of an error: type, message, stack, and one chain of causes; reads hostile errors without throwing.

export interface ErrorFacts {
  type: string
  message: string
  stack: string
}

const MOST_CAUSES = 5
const LONGEST_STACK = 16_384

/** Reads type, message and stack of whatever was thrown; causes follow the stack as "Caused by". */
export function errorFacts(error: unknown): ErrorFacts {
  const type = errorType(error)
  const message = read(error, 'message') ?? (typeof error === 'object' || typeof error === 'function' ? '' : show(error))
  const parts: string[] = []
  const seen = new Set<unknown>()
  let current: unknown = error
  while (current !== undefined && current !== null && parts.length <= MOST_CAUSES && !seen.has(current)) {
    seen.add(current)
    const text = read(current, 'stack') ?? `${errorType(current)}: ${read(current, 'message') ?? show(current)}`
    parts.push((parts.length === 0 ? '' : 'Caused by: ') + text.slice(0, LONGEST_STACK))
    current = typeof current === 'object' ? property(current, 'cause') : undefined
  }
  return { type, message, stack: parts.join('\n').slice(0, LONGEST_STACK) }
}

/** The name of an error's class, or its code where it has one; short and plain. */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error
  const code = property(error, 'code')
  const name = typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : property(error, 'name')
  if (typeof name === 'string' && name !== '' && name !== 'Error') return plainName(name)
  const constructor = property(error, 'constructor')
  const className = typeof constructor === 'function' ? property(constructor, 'name') : undefined
  return typeof className === 'string' && className !== '' ? plainName(className) : 'Error'
}

/** What failed of a call: `fetch` says `TypeError: fetch failed` of every one, and the code is that of its cause. */
export function callError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || property(error, 'message') !== 'fetch failed') return error
  const cause = property(error, 'cause')
  return typeof cause === 'object' && cause !== null && typeof property(cause, 'code') === 'string' ? cause : error
}

function plainName(name: string): string {
  return /^[\w.$:-]{1,100}$/.test(name) ? name : 'Error'
}

function property(owner: object, name: string): unknown {
  try {
    return (owner as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}

function read(owner: unknown, name: string): string | undefined {
  if (typeof owner !== 'object' || owner === null) return undefined
  const value = property(owner, name)
  return typeof value === 'string' ? value : undefined
}

function show(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'an error that cannot be read'
  }
}
