// Users' own patterns: refused when their time grows faster than the text, and run over bounded windows.
import { RagError } from '../errors.js'
import type { Detector } from './text/scan.js'

/** A pattern of an application's own secrets. */
export interface CustomPattern {
  /** Kind shown in the mark: lower-case letters, digits and `-`. */
  name: string
  /** The expression; the whole match is masked, or its first group if it has one. */
  pattern: RegExp | string
}

/** A pattern that passed the checks. */
export interface CheckedPattern {
  name: string
  pattern: RegExp
}

/** A window of text that one run of a custom pattern sees, and how much two windows share. */
const WINDOW = 16_384
const OVERLAP = 1024
/** Longest time in milliseconds that a probe of one window may take. */
const BUDGET_MS = 25
/** Lengths of the probes: short first, so that an exponential pattern is met while it is still cheap. */
const PROBES = [8, 12, 16, 20, 24, 28, 64, 256, 1024, 4096, WINDOW]

/** Checks one pattern and compiles it with the `g` flag. @throws RagError `RAG_CORE_MASK`, naming the rule */
export function checkPattern(entry: CustomPattern | RegExp): CheckedPattern {
  const custom = entry instanceof RegExp ? { name: 'custom', pattern: entry } : entry
  const name: unknown = custom?.name
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(name))
    throw refused(
      'patterns',
      name,
      'a pattern needs a name of lower-case letters, digits and "-"',
      "pass { name: 'badge', pattern: /BADGE-\\d{8}/ }"
    )
  const given = custom.pattern
  if (!(given instanceof RegExp) && typeof given !== 'string')
    throw refused(`patterns.${name}`, given, 'this is no expression', 'pass a RegExp or its source')
  let pattern: RegExp
  try {
    pattern = new RegExp(given, `${(given instanceof RegExp ? given.flags : '').replace(/[gy]/g, '')}g`)
  } catch (cause) {
    throw new RagError('RAG_CORE_MASK', {
      option: `patterns.${name}`,
      value: String(given),
      problem: 'the expression does not compile',
      fix: 'correct its syntax',
      cause
    })
  }
  if (new RegExp(pattern.source, pattern.flags.replace('g', '')).test(''))
    throw refused(`patterns.${name}`, pattern, 'the expression matches the empty text', 'let it demand at least one character')
  if (/\\[1-9]|\\k</.test(pattern.source))
    throw refused(`patterns.${name}`, pattern, 'the expression refers back to a group', 'write it without back-references')
  const slow = slowProbe(pattern)
  if (slow)
    throw refused(
      `patterns.${name}`,
      pattern,
      `the expression is super-linear: ${slow}`,
      'bound its quantifiers, such as \\d{1,20} for \\d+'
    )
  return { name, pattern }
}

/** The detector of one checked pattern. */
export function patternDetector({ name, pattern }: CheckedPattern): Detector {
  return (text, collect) => {
    for (let from = 0; from < text.length; from += WINDOW - OVERLAP) {
      const window = text.length <= WINDOW ? text : text.slice(from, from + WINDOW)
      pattern.lastIndex = 0
      for (let match = pattern.exec(window); match; match = pattern.exec(window)) {
        if (match[0] === '') pattern.lastIndex++
        else {
          const inner = match[1] ? match[0].indexOf(match[1]) : 0
          const start = from + match.index + inner
          collect({ start, end: start + (match[1] ? match[1].length : match[0].length), rule: name, fixed: 0 })
        }
      }
      if (from + WINDOW >= text.length) return
    }
  }
}

/** Runs the expression on texts made of what it looks for; says which one is too slow. */
function slowProbe(pattern: RegExp): string | undefined {
  for (const seed of seedsOf(pattern.source)) {
    for (const length of PROBES) {
      const probe = `${seed.repeat(Math.ceil(length / seed.length))}\u0000`
      const start = performance.now()
      pattern.lastIndex = 0
      let match = pattern.exec(probe)
      while (match && performance.now() - start < BUDGET_MS) {
        if (match[0] === '') pattern.lastIndex++
        match = pattern.exec(probe)
      }
      const spent = performance.now() - start
      // Twice, so that a pause of the machine refuses nobody's pattern.
      if (spent > BUDGET_MS && again(pattern, probe) > BUDGET_MS)
        return `${Math.round(spent)} ms for ${probe.length} characters of ${JSON.stringify(seed.slice(0, 12))}`
    }
  }
  return undefined
}

function again(pattern: RegExp, probe: string): number {
  const start = performance.now()
  pattern.lastIndex = 0
  for (let match = pattern.exec(probe); match && performance.now() - start <= BUDGET_MS; match = pattern.exec(probe))
    if (match[0] === '') pattern.lastIndex++
  return performance.now() - start
}

/** Repeated parts that a pattern may stumble over: its literals, its classes, and both together. */
function seedsOf(source: string): string[] {
  const plain = source
    .replace(/\\d/g, '0')
    .replace(/\\w/g, 'a')
    .replace(/\\s/g, ' ')
    .replace(/\\[bBDSW]/g, '')
    .replace(/\\(.)/g, '$1')
  const literals = plain.match(/[A-Za-z0-9_@:/=#%&+-]{2,}/g) ?? []
  const letters = [...new Set([...plain.replace(/[[\](){}|^$?*+\\]/g, ''), 'a', '0', 'A', ' ', '-', '.'])].slice(0, 24)
  return [
    ...new Set([
      ...letters,
      ...literals.slice(0, 6),
      ...literals.slice(0, 3).flatMap((literal) => [literal + 'a', literal + '0']),
      'a0',
      'a ',
      'a.',
      'a-'
    ])
  ]
}

const refused = (option: string, value: unknown, problem: string, fix: string): RagError =>
  new RagError('RAG_CORE_MASK', { option, value: value instanceof RegExp ? String(value) : value, problem, fix })
