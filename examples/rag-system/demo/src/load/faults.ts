// The faults of the load run, one after the other, over and over; each is taken back before the next.
import { setTimeout as pause } from 'node:timers/promises'
import { setFault } from '../scenarios/provider.js'
import type { System } from '../system/system.js'

interface Fault {
  readonly name: string
  on(system: System): Promise<void> | void
  off(system: System): Promise<void> | void
}

const FAULTS: readonly Fault[] = [
  {
    name: 'redis stopped',
    on: ({ redis, signal }) => void (redis && signal(redis, 'SIGSTOP')),
    off: ({ redis, signal }) => void (redis && signal(redis, 'SIGCONT'))
  },
  {
    name: 'provider refuses with 429',
    on: (system) => setFault(system, 'openai', { status: 429, times: 20 }),
    off: (system) => setFault(system, 'openai', {})
  },
  { name: 'provider broken', on: (system) => setFault(system, 'openai', { status: 500 }), off: (system) => setFault(system, 'openai', {}) },
  { name: 'provider slow', on: (system) => setFault(system, 'openai', { delayMs: 400 }), off: (system) => setFault(system, 'openai', {}) }
]

/** Gives how often each fault was there. */
export async function injectFaults(system: System, until: number): Promise<Record<string, number>> {
  const injected: Record<string, number> = {}
  const length = Math.min(5000, Math.max(500, (until - Date.now()) / 12))
  for (let at = 0; Date.now() + 2 * length < until; at++) {
    const fault = FAULTS[at % FAULTS.length]!
    await pause(length)
    await fault.on(system)
    await pause(length)
    await fault.off(system)
    injected[fault.name] = (injected[fault.name] ?? 0) + 1
  }
  return injected
}
