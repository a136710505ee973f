// How much the services really hold: their heaps after a collection, which a resident size does not tell.
import { setTimeout as pause } from 'node:timers/promises'
import { readLines } from '../read/ndjson.js'
import type { Running } from '../system/processes.js'
import type { SystemOptions } from '../system/system.js'

const MIB = 1024 * 1024

/** What a system must be started with for {@link heldMb}. */
export const WITH_HEAPS: SystemOptions = { node: ['--import', new URL('./heap-hook.mjs', import.meta.url).href] }

/** MiB that a service holds. @throws Error when it does not say so in time. */
export async function heldMb({ pid, name, log }: Running): Promise<number> {
  const told = async () => (await readLines(log)).filter(({ msg }) => msg === 'held')
  const before = (await told()).length
  process.kill(pid, 'SIGUSR2')
  for (let tries = 0; tries < 100; tries++) {
    await pause(100)
    const line = (await told())[before]
    if (line) return Number(line['bytes']) / MIB
  }
  throw new Error(`${name} did not say what it holds`)
}
