// The metric with the cap full, and the longest stretch in which nothing else runs.
import { SECONDS } from '@rag/core/catalogue'

export const SERIES = 10_000
export const labelsOf = (index: number) => ({
  route: `/route-${index % 100}/:id`,
  method: ['GET', 'POST', 'PUT', 'PATCH'][index % 4]!,
  tenant: `t${index}`
})

const bound = { max: SERIES }
export const benchDefinition = {
  name: 'bench_seconds',
  kind: 'histogram',
  help: 'Bench.',
  labels: { route: bound, method: bound, tenant: bound },
  buckets: SECONDS
} as const

export interface Stretch {
  /** By the clock on the wall, in which other programs of a busy machine have their share. */
  wallMs: number
  /** CPU of this process. */
  cpuMs: number
}

/** Neither the turns of other programs nor helper threads of this one hold its loop: it is held for the smaller of the two at most. */
export const held = ({ wallMs, cpuMs }: Stretch): number => Math.min(wallMs, cpuMs)

/** The longest stretch in which nothing else ran while `work` did. */
export async function longestStretch(work: () => Promise<unknown>): Promise<Stretch> {
  const longest: Stretch = { wallMs: 0, cpuMs: 0 }
  let last = performance.now()
  let used = process.cpuUsage()
  let running = true
  const look = () => {
    const { user, system } = process.cpuUsage(used)
    const stretch = { cpuMs: (user + system) / 1000, wallMs: performance.now() - last }
    if (held(stretch) > held(longest)) Object.assign(longest, stretch)
    used = process.cpuUsage()
    last = performance.now()
  }
  const tick = () => {
    if (!running) return
    look()
    if (running) setImmediate(tick)
  }
  setImmediate(tick)
  await work()
  running = false
  look()
  return longest
}
