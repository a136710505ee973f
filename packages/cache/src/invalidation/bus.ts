// Messages between processes, with origin and sequence: who missed one knows it, and trusts nothing until it has checked.
import { randomUUID } from 'node:crypto'
import type { Remote } from '../engine.js'
import type { Under } from '../redis/state.js'
import type { Figures } from '../stats.js'
import type { BusDriver } from './bus-driver.js'
import type { Invalidation } from './invalidation.js'

/** How often the state in Redis is compared with what the messages said. A lost message is noticed after two. */
const CHECK_MS = 300
const SETTLE_MS = 50

interface Message {
  /** Name of the cache: a bus may be shared. */
  readonly c: string
  /** Origin. */
  readonly o: string
  /** Number of the message among those of its origin. */
  readonly n: number
  /** Number of the change in Redis. */
  readonly s?: number
  readonly i: Invalidation
}

export interface Bus {
  publish(invalidation: Invalidation, under: Under | undefined): Promise<void>
  /** Compares with Redis; called when Redis is back. */
  check(): Promise<void>
  /** The state in Redis began anew. */
  restart(): void
  stop(): Promise<void>
}

export interface BusSettings {
  name: string
  driver: BusDriver
  remote: Remote | undefined
  figures: Figures
  apply(invalidation: Invalidation): void
  distrust(): void
}

export function createBus({ name, driver, remote, figures, apply, distrust }: BusSettings): Bus {
  const origin = randomUUID()
  const lastOf = new Map<string, number>()
  const ahead = new Set<number>()
  let sent = 0
  /** Every change up to this one has been heard of; undefined until the first contact with Redis. */
  let heard: number | undefined
  let before: number | undefined
  let stopped = false

  const gap = () => {
    figures.busGaps++
    distrust()
  }
  const firstContact = () => (remote && remote.layer.epoch !== -1 ? remote.layer.firstSeq : undefined)
  const note = ({ o, n, s }: Message) => {
    if (s === undefined) {
      const last = lastOf.get(o)
      if (last !== undefined && n !== last + 1) gap()
      if (lastOf.size > 1000) lastOf.clear()
      lastOf.set(o, n)
      return
    }
    heard ??= firstContact()
    if (heard === undefined || s <= heard) return
    ahead.add(s)
    while (ahead.delete(heard + 1)) heard++
  }
  const receive = (text: string) => {
    let message: Message
    try {
      message = JSON.parse(text) as Message
      if (
        typeof message?.o !== 'string' ||
        typeof message.n !== 'number' ||
        typeof message.i !== 'object' ||
        !message.i ||
        message.c !== name
      )
        return
    } catch {
      return
    }
    note(message)
    if (message.o === origin) return
    figures.busReceived++
    apply(message.i)
  }
  const compare = async () => {
    if (!remote || stopped || !remote.breaker.closed() || !(await remote.layer.sync())) return
    const { seq } = remote.layer
    heard ??= firstContact() ?? seq
    if (heard < (before ?? heard)) {
      // Still behind what Redis had a while ago: that message does not come any more.
      heard = seq
      ahead.clear()
      gap()
    }
    before = seq
  }
  let contacts = 0
  const lost = () => {
    if (stopped) return
    if (!remote) {
      // The first contact is no gap, but what is here already may be older than it.
      if (contacts++ === 0) return distrust()
      return gap()
    }
    const soon = async () => {
      await compare()
      setTimeout(() => void compare(), SETTLE_MS).unref()
    }
    void soon()
  }
  const timer = remote && setInterval(() => void compare(), CHECK_MS).unref()
  const stop = driver.subscribe(receive, lost)

  return {
    async publish(invalidation, under) {
      const message: Message = { c: name, o: origin, n: ++sent, ...(under && { s: under.seq }), i: invalidation }
      figures.busSent++
      // What this process did it need not hear.
      if (under) note(message)
      try {
        await driver.publish(JSON.stringify(message))
      } catch {
        // The others see by the numbers that a message is missing.
      }
    },
    check: compare,
    restart() {
      heard = undefined
      before = undefined
      ahead.clear()
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await stop()
    }
  }
}

/** The bus over pub/sub of the Redis that the cache uses. */
export function redisBus(name: string, { driver, gateway }: Pick<Remote, 'driver' | 'gateway'>): BusDriver {
  const channel = `rag:${name}:bus`
  return {
    async publish(message) {
      await gateway.run('invalidate', 1, () => driver.send({ name: 'PUBLISH', key: channel, values: [channel, message] }))
    },
    subscribe: (onMessage, onGap) => driver.subscribe(channel, onMessage, onGap)
  }
}
