// Checks that every factory makes at start-up: names of options, durations, the service name.
import { RagError } from './errors.js'

/** Milliseconds, or a text such as `'250ms'`, `'30s'`, `'10m'`, `'26h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/

/**
 * Reads a duration as milliseconds.
 *
 * @throws RagError `RAG_CORE_DURATION` for anything that is no duration.
 * @example
 * durationMs('ttl', '10m') // 600000
 */
export function durationMs(option: string, value: Duration): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  const match = typeof value === 'string' ? DURATION.exec(value) : null
  if (match) return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]
  throw new RagError('RAG_CORE_DURATION', {
    option,
    value,
    problem: 'this is no duration',
    fix: `give milliseconds or a text such as '500ms', '30s', '10m', '26h' or '7d'`
  })
}

/** Milliseconds that a timer of Node holds at most, about 24.8 days: a longer one fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Refuses what is neither on nor off, as JavaScript may pass it. Left out is fine.
 *
 * @param code Of the error, by the package that asks.
 * @throws RagError with this code.
 * @example
 * checkSwitch('RAG_METRICS_OPTION', 'resources', options.resources)
 */
export function checkSwitch(code: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return
  throw new RagError(code, { option, value, problem: 'this is neither on nor off', fix: 'give true or false' })
}

/**
 * Refuses what is no object of options, and options that a factory does not have, naming the nearest one it has.
 *
 * @throws RagError `RAG_CORE_OPTIONS`, `RAG_CORE_UNKNOWN_OPTION`
 */
export function checkOptions(factory: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new RagError('RAG_CORE_OPTIONS', {
      option: factory,
      value: typeof options === 'function' ? 'a function' : options,
      problem: 'this is no object of options',
      fix: `pass an object; it takes ${known.join(', ')}`
    })
  }
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue
    const near = known.find((name) => name.toLowerCase() === option.toLowerCase() || distance(name, option) <= 2)
    throw new RagError('RAG_CORE_UNKNOWN_OPTION', {
      option,
      value: (options as Record<string, unknown>)[option],
      problem: `${factory} has no such option`,
      fix: near ? `did you mean "${near}"?` : `it takes ${known.join(', ')}`
    })
  }
}

/**
 * Checks the one option without a default: who is speaking.
 *
 * @throws RagError `RAG_CORE_SERVICE`
 */
export function checkService(factory: string, service: unknown): string {
  if (typeof service === 'string' && /^[\w.:/@-]{1,100}$/.test(service)) return service
  throw new RagError('RAG_CORE_SERVICE', {
    option: 'service',
    value: service ?? 'missing',
    problem: `${factory} needs the name of the service`,
    fix: `pass a short plain name, such as ${factory}({ service: 'rag-engine' })`
  })
}

/** Levenshtein distance of two short names; https://en.wikipedia.org/wiki/Levenshtein_distance */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++)
      row[j] = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    previous = row
  }
  return previous[b.length]!
}
