// What may be said of an SQL statement: its verb, its table, its text without literals, and a fingerprint of that.
import { createHash } from 'node:crypto'

export interface StatementSummary {
  operation: string
  collection: string | undefined
  /** The text with `?` for every literal, at most 2 000 characters. */
  summary: string
}

const LONGEST = 2000
const KNOWN = 500
const TABLE = /\b(?:from|into|update|join|table)\s+(?:only\s+|if\s+(?:not\s+)?exists\s+)?"?([a-z_][\w.$]*)"?/i
// Strings with doubled quotes and escapes, dollar-quoted bodies, numbers that are no parameter or part of a name.
const LITERALS = /\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|[eEbBxX]?'(?:[^'\\]|''|\\.)*'|(?<![\w$])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w)/g

const summaries = new Map<string, StatementSummary>()

/** Describes a statement. Texts are remembered, since applications repeat a few. */
export function describeStatement(text: string): StatementSummary {
  const known = summaries.get(text)
  if (known) return known
  const head = text.slice(0, LONGEST * 2)
  const described: StatementSummary = {
    operation: /^\s*(?:--[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*([a-z]+)/i.exec(head)?.[1]?.toUpperCase().slice(0, 20) ?? 'QUERY',
    collection: TABLE.exec(head)?.[1]?.slice(0, 100),
    summary: withoutLiterals(head).replace(/\s+/g, ' ').trim().slice(0, LONGEST)
  }
  if (summaries.size >= KNOWN) summaries.clear()
  if (text.length <= LONGEST) summaries.set(text, described)
  return described
}

/** A text with `?` for every SQL literal. */
export function withoutLiterals(text: string): string {
  // What is left open was cut off in the middle of a literal.
  return text.replace(LITERALS, '?').replace(/(?:[eEbBxX]?'|\$[A-Za-z_]*\$)[\s\S]*$/, '?')
}

/** Sixteen hexadecimal digits that are the same for statements that differ in literals, parameters, lengths of lists, case and spaces only. */
export function fingerprintOf(summary: string): string {
  const shape = summary
    .replace(/\$\d+/g, '?')
    .replace(/\(\s*\?(?:\s*,\s*\?)+\s*\)/g, '(?)')
    .replace(/(\(\?\))(?:\s*,\s*\(\?\))+/g, '$1')
    .replace(/\s+/g, ' ')
    .toLowerCase()
  return createHash('sha256').update(shape).digest('hex').slice(0, 16)
}
