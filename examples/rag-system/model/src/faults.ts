// Faults that can be switched on from outside, so that there is something to find: refusals and slowness of one of the two providers.
import { setTimeout as pause } from 'node:timers/promises'
import { WireError } from './wire.js'

export interface Fault {
  /** Status of the refusals; 0 refuses nothing. */
  readonly status?: number
  /** How many requests are refused. @default all */
  readonly times?: number
  /** Added before each answer, milliseconds. */
  readonly delayMs?: number
  /** Between two pieces of a streamed answer, milliseconds. @default as without a fault */
  readonly pieceDelayMs?: number
  /** Header of a refusal, seconds. */
  readonly retryAfterSeconds?: number
}
export type Wire = 'openai' | 'anthropic'

export interface Faults {
  set(wire: Wire, fault: Fault): void
  /** Resolves when the request may be answered, with what is wrong with it. @throws WireError for one that is refused. */
  pass(wire: Wire): Promise<Fault>
}

const NAMES: Readonly<Record<number, string>> = { 429: 'rate_limit_exceeded', 500: 'server_error', 503: 'overloaded' }

export function createFaults(): Faults {
  const faults = new Map<Wire, { fault: Fault; left: number }>()
  return {
    set: (wire, fault) => void faults.set(wire, { fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    async pass(wire) {
      const set = faults.get(wire)
      if (!set) return {}
      const { status = 0, delayMs = 0, retryAfterSeconds } = set.fault
      if (delayMs > 0) await pause(delayMs)
      if (status === 0 || set.left <= 0) return set.fault
      set.left--
      const headers: Record<string, string> = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
      throw new WireError(status, NAMES[status] ?? 'server_error', 'A fault was switched on', headers)
    }
  }
}
