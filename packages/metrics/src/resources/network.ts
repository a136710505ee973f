// Bytes over the network interfaces, from /proc/net/dev; https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
import { readFileSync } from 'node:fs'

/** Sums of all interfaces but loopback; undefined where there is no such file. */
export function networkBytes(proc: string): { receive: number; transmit: number } | undefined {
  try {
    let receive = 0
    let transmit = 0
    for (const line of readFileSync(`${proc}/self/net/dev`, 'utf8').split('\n').slice(2)) {
      const [name, rest] = line.split(':')
      if (rest === undefined || name!.trim() === 'lo') continue
      const fields = rest.trim().split(/\s+/)
      receive += Number(fields[0])
      transmit += Number(fields[8])
    }
    return { receive, transmit }
  } catch {
    return undefined
  }
}
