// Runs an engine over the corpora and says which share of the secrets is no longer readable, and which share of harmless lines changed.
import { benignLines, randomIds, realLines } from './benign.js'
import { CONTEXTS, HEADERS, JAPANESE, KEYED, URLS } from './contexts.js'
import { FORMATS } from './formats.js'
import { keyBlocks } from './keys.js'
import type { Engine } from './peers.js'
import { PERSONAL, PERSONAL_CONTEXTS } from './personal.js'
import { type Random, seededRandom } from './random.js'
import { SCANNERS } from './scanners.js'

/** One line and the secret in it. */
export interface Case {
  line: string
  secret: string
}

/** The share of masked cases, in percent. */
export type Recall = Record<string, number>

/** Fresh cases of every class; the same for the same seed. */
export function cases(seed: number): Record<string, Case[]> {
  const random = seededRandom(seed)
  const value = (): string => random.of('anm', 14 + random.int(20))
  return {
    token: FORMATS.flatMap(([, shape]) => {
      const secret = random.expand(shape)
      return CONTEXTS.map((context) => ({ secret, line: context(secret) }))
    }),
    keyed: fill(KEYED, value, 4),
    japanese: fill(JAPANESE, value, 10),
    url: fill(URLS, value, 20),
    header: fill(HEADERS, value, 20),
    pem: keyBlocks(random),
    ...Object.fromEntries(Object.entries(SCANNERS).map(([name, make]) => [name, make(random)]))
  }
}

function fill(contexts: readonly ((secret: string) => string)[], value: () => string, times: number): Case[] {
  return contexts.flatMap((context) =>
    Array.from({ length: times }, () => {
      const secret = value()
      return { secret, line: context(secret) }
    })
  )
}

/** Personal data by kind: the marks of the template stand around the value. */
export function personalCases(seed: number): Record<string, Case[]> {
  const random = seededRandom(seed)
  const byKind: Record<string, Case[]> = {}
  for (const [kind, make] of PERSONAL)
    for (const context of PERSONAL_CONTEXTS)
      for (let round = 0; round < 4; round++) {
        const marked = make(random)
        const secret = /<(.*)>/.exec(marked)![1]!
        byKind[kind] ??= []
        byKind[kind].push({ secret, line: context(marked.replace(/[<>]/g, '')) })
      }
  return byKind
}

export async function recallOf(engine: Engine, byClass: Record<string, readonly Case[]>, misses?: string[]): Promise<Recall> {
  const shares: Recall = {}
  for (const [name, list] of Object.entries(byClass)) {
    let masked = 0
    for (const { line, secret } of list) {
      const out = await masks(engine, line)
      if (isHidden(out, secret)) masked++
      else misses?.push(`${name}: ${line.slice(0, 200)}`)
    }
    // Cut, not rounded: 100 stands for all.
    shares[name] = Math.floor((masked / list.length) * 1000) / 10
  }
  return shares
}

/** One case in sixteen. */
export const sample = (byClass: Record<string, readonly Case[]>): Record<string, Case[]> =>
  Object.fromEntries(Object.entries(byClass).map(([name, list]) => [name, list.filter((_, index) => index % 16 === 0)]))

/** Percent of lines that came out changed. */
export async function touchedOf(engine: Engine, lines: readonly string[], touched?: string[]): Promise<number> {
  let changed = 0
  for (const line of lines) {
    if (isUntouched(await masks(engine, line), line)) continue
    changed++
    touched?.push(line)
  }
  // Rounded up: 0 stands for none.
  return Math.ceil((changed / lines.length) * 100_000) / 1000
}

export const harmless = (random: Random): string[] => [...benignLines(random), ...realLines()]
export const ids = (random: Random): string[] => randomIds(random, 100_000)

async function masks(engine: Engine, line: string): Promise<string> {
  try {
    if (engine.text) return await engine.text(line)
    const out = engine.object!({ line })
    return typeof out === 'string' ? out : JSON.stringify(out)
  } catch {
    return ''
  }
}

/** An engine that takes objects gives the line back inside JSON. */
const isUntouched = (out: string, line: string): boolean => out === line || out.includes(JSON.stringify(line))

/** Neither the secret nor a half of it can be read. */
function isHidden(out: string, secret: string): boolean {
  if (out.includes(secret)) return false
  if (secret.length < 16) return true
  const middle = secret.length >> 1
  return !out.includes(secret.slice(0, middle)) && !out.includes(secret.slice(middle))
}
