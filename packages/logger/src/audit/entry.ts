// What an audit log writes: JSON from the comma behind the number on, without the closing brace.
import { isoTime } from '../clock.js'
import { copyOf } from '../flat.js'

let millisecond = Number.NaN
let start = ''

/** A caller's record, now. Many come in one millisecond. */
export function recordEntry(fields: string): string {
  const now = Date.now()
  if (now !== millisecond) {
    millisecond = now
    start = copyOf(startOf('record', now))
  }
  return start + fields
}

/** A record of the log itself, now. */
export function ownEntry(kind: string, fields: object): string {
  return `${startOf(kind, Date.now())},${JSON.stringify(fields).slice(1, -1)}`
}

function startOf(kind: string, time: number): string {
  return `,"time":"${isoTime(time)}","kind":"${kind}"`
}
