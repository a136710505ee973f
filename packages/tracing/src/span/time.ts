// Moments of a span: wall clock milliseconds with a monotonic fraction, and the pairs the SDK contracts ask for.
import type { HrTime, TimeInput } from '@opentelemetry/api'

// Beyond this the wall clock was set and the anchor moves with it.
const TOLERANCE_MS = 5
let anchor = performance.timeOrigin

/** Unix milliseconds of a moment that both clocks saw: the wall clock anchors, the monotonic clock orders. */
export function wallTime(wall: number, mark: number | undefined): number {
  if (mark === undefined) return wall
  const time = anchor + mark
  const drift = wall - time
  if (drift < TOLERANCE_MS && drift > -TOLERANCE_MS) return time
  anchor = wall - mark
  return wall
}

function now(): number {
  return wallTime(Date.now(), performance.now())
}

/** Reads a time as the API allows it: milliseconds, a performance mark, a Date or a pair. Anything else is now. */
export function readTime(input: TimeInput | undefined): number {
  try {
    if (typeof input === 'number' && Number.isFinite(input) && input >= 0) return input <= performance.now() ? anchor + input : input
    if (input instanceof Date && Number.isFinite(input.getTime())) return input.getTime()
    if (Array.isArray(input) && Number.isFinite(input[0]) && Number.isFinite(input[1])) return input[0] * 1000 + input[1] / 1e6
  } catch {
    // A hostile Date is as good as none.
  }
  return now()
}

export function isTime(input: unknown): input is TimeInput {
  if (typeof input !== 'object' || input === null) return typeof input === 'number'
  try {
    return (
      input instanceof Date || (Array.isArray(input) && input.length === 2 && typeof input[0] === 'number' && typeof input[1] === 'number')
    )
  } catch {
    // A proxy may throw at any question; it is no time.
    return false
  }
}

export function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000)
  const nanoseconds = Math.round((milliseconds - seconds * 1000) * 1e6)
  return nanoseconds >= 1e9 ? [seconds + 1, 0] : [seconds, nanoseconds]
}

export function fromHrTime(time: HrTime): number {
  return time[0] * 1000 + time[1] / 1e6
}
