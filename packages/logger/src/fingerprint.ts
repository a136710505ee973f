// Errors of one kind get one fingerprint, whatever ids, numbers and addresses they hold.
import { createHash } from 'node:crypto'

const LONGEST = 1000
const URL_TEXT = /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s"'<>]+/gi
const TOKEN = /[\w@.:/+=%~-]+/g
const HEX = /^[\da-f]{8,}$/i
const DIGIT = /[\d\uff10-\uff19]/
const DIGITS = /[\d\uff10-\uff19]+/g
/** `#, # and more of these` */
const REPEATED = /#(?:[\s,;]+#)+/g
const FRAME = /^\s*at (?:async )?(?:(.+?) \()?(.+?)(?::\d+)?(?::\d+)?\)?$/

/** What a fingerprint is made of. */
export interface Failure {
  readonly type?: unknown
  readonly message: unknown
  readonly stack?: unknown
}

/** 16 hexadecimal digits; the same in every process and after every restart. */
export function fingerprintOf({ type, message, stack }: Failure): string {
  const kind = `${String(type ?? '')}\n${patternOf(String(message ?? ''))}\n${placeOf(stack)}`
  return createHash('sha256').update(kind).digest('hex').slice(0, 16)
}

/** A message without what differs from one case to the next. Each step reads the text once. */
export function patternOf(message: string): string {
  return message
    .slice(0, LONGEST)
    .replace(URL_TEXT, '<url>')
    .replace(TOKEN, (token) => (varies(token) ? '#' + /[.:]?$/.exec(token)![0] : token))
    .replace(DIGITS, '#')
    .replace(REPEATED, '#')
}

function varies(token: string): boolean {
  return token.includes('@') || DIGIT.test(token) || HEX.test(token) || (token.length > 23 && /[a-z]/.test(token) && /[A-Z]/.test(token))
}

/** Function and file of the first frame that is the application's own; lines move with every edit. */
function placeOf(stack: unknown): string {
  if (typeof stack !== 'string') return ''
  for (const line of stack.slice(0, 8192).split('\n')) {
    if (line.length > 500 || !/^\s*at /.test(line)) continue
    if (line.includes('node:') || line.includes('node_modules')) continue
    const frame = FRAME.exec(line)
    if (frame) return `${frame[1] ?? ''}@${frame[2]!.replace(/^.*[\\/]/, '')}`
  }
  return ''
}
