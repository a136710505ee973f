// What stands in place of a secret: its kind, its last four characters, a keyed pseudonym, nothing, or what a function says.
import { createHmac } from 'node:crypto'

/** A secret that a custom form replaces. */
export interface Secret {
  /** The rule that found it, such as `openai-key`. */
  rule: string
  /** The secret itself; it must not be part of what is returned. */
  value: string
  /** Length of the public prefix of the value, such as `sk-`. */
  fixed: number
}

/**
 * How secrets are replaced. `kind`: `[masked:openai-key]`. `last4`: `[masked:openai-key:x7Qz]`, for values with at least
 * 16 characters after their public prefix. `pseudonym`: `[masked:openai-key#1f6c…]`, a keyed HMAC, the same for the same
 * secret in every process that has the key. `drop`: nothing; in objects the property goes too.
 */
export type Form = 'kind' | 'last4' | 'pseudonym' | 'drop' | ((secret: Secret) => string)

/** Writes the replacement of one secret; never throws. */
export type Writer = (rule: string, value: string, fixed: number) => string

const LAST_FOUR_FROM = 16

const marks = new Map<string, string>()

/** The mark of a rule; there are as many as rules. */
export function mark(rule: string): string {
  const known = marks.get(rule)
  if (known !== undefined) return known
  // One flat text, which is shared by all places that it stands in.
  const made = ['[masked:', rule, ']'].join('')
  if (marks.size < 4096) marks.set(rule, made)
  return made
}

export function formWriter(form: Form, pseudonymKey: string | Uint8Array | undefined): Writer {
  if (typeof form === 'function') {
    return (rule, value, fixed) => {
      try {
        const text = form({ rule, value, fixed })
        return typeof text === 'string' && !text.includes(value) ? text : mark(rule)
      } catch {
        return mark(rule)
      }
    }
  }
  if (form === 'drop') return () => ''
  if (form === 'pseudonym') {
    const key = pseudonymKey!
    return (rule, value) => `[masked:${rule}#${createHmac('sha256', key).update(value).digest('hex').slice(0, 16)}]`
  }
  if (form === 'last4') {
    return (rule, value, fixed) => {
      const tail = value.slice(-4)
      return value.length - fixed >= LAST_FOUR_FROM && /^[\w-]{4}$/.test(tail) ? `[masked:${rule}:${tail}]` : mark(rule)
    }
  }
  return mark
}
