// Where the window of a budget begins and ends, by the clock of its time zone.
import { type Duration, durationMs, RagError } from '@rag/core'

export interface Window {
  start: number
  end: number
}

const DAY = 86_400_000

/**
 * Finds the window of an instant. Reading a calendar takes longer than all else a call is metered by, so it is read once a window.
 *
 * @throws RagError `RAG_LLM_OPTION` for a time zone that does not exist, and `RAG_CORE_DURATION`.
 */
export function windowReader(window: Duration | '1mo', timeZone = 'UTC'): (now: number) => Readonly<Window> {
  const read = calendarReader(window, timeZone)
  let known: Window | undefined
  return (now) => {
    if (!known || now < known.start || now >= known.end) known = read(now)
    return known
  }
}

function calendarReader(window: Duration | '1mo', timeZone: string): (now: number) => Window {
  const format = formatOf(timeZone)
  const fields = (at: number): [year: number, month: number, day: number] => {
    const parts = format.formatToParts(at)
    const field = (type: string) => Number(parts.find((part) => part.type === type)?.value)
    return [field('year'), field('month'), field('day')]
  }
  /** The instant at which a local day begins. The offset is read again where it led, since it may change between. */
  const midnight = (year: number, month: number, day: number): number => {
    const wanted = Date.UTC(year, month - 1, day)
    const first = wanted - offset(format, wanted)
    const second = wanted - offset(format, first)
    // Where clocks go forward at midnight neither is: the later one is the instant at which they do.
    return wanted - offset(format, second) === second ? second : Math.max(first, second)
  }
  if (window === '1mo')
    return (now) => {
      const [year, month] = fields(now)
      return { start: midnight(year, month, 1), end: midnight(year, month + 1, 1) }
    }
  const ms = durationMs('window', window)
  if (ms < 1000)
    throw new RagError('RAG_LLM_OPTION', {
      option: 'window',
      value: window,
      problem: 'it is shorter than a second',
      fix: `use '1m' or longer`
    })
  if (ms % DAY !== 0) return (now) => ({ start: Math.floor(now / ms) * ms, end: Math.floor(now / ms) * ms + ms })
  const days = ms / DAY
  return (now) => {
    const [year, month, day] = fields(now)
    const number = Math.floor(Date.UTC(year, month - 1, day) / DAY)
    // Day 4 of 1970 was a Monday: weeks start on Mondays.
    const into = (((number - 4) % days) + days) % days
    return { start: midnight(year, month, day - into), end: midnight(year, month, day - into + days) }
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric'
    })
  } catch (cause) {
    throw new RagError('RAG_LLM_OPTION', {
      option: 'timeZone',
      value: timeZone,
      problem: 'there is no such time zone',
      fix: 'use an IANA name such as Europe/Berlin',
      cause
    })
  }
}

function offset(format: Intl.DateTimeFormat, at: number): number {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const local = Date.UTC(parts['year']!, parts['month']! - 1, parts['day'], parts['hour'], parts['minute'], parts['second'])
  return local - Math.floor(at / 1000) * 1000
}
