// CPU time that processes have used, from the kernel.
import { readFileSync } from 'node:fs'

/** Ticks a second of the kernel's clock for processes; 100 on Linux. */
const TICKS = 100

/** Seconds of user and system time of all of them. @throws Error where there is no /proc. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS
  }, 0)
}
