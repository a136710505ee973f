// What this process knows of the state in Redis: its clock, its epoch, and how many changes were counted there.
import { randomInt } from 'node:crypto'
import type { RedisDriver } from './driver.js'
import type { Gateway } from './gateway.js'
import { SYNC } from './scripts.js'

/** The state of Redis that a value is made under. */
export interface Under {
  readonly seq: number
  readonly epoch: number
}

export interface State extends Under {
  /** The seq at the first contact with this epoch. */
  readonly firstSeq: number
  /** Milliseconds to add to `performance.now()` for the clock of Redis. */
  readonly offset: number
  /** Takes what a reply says. */
  adopt(seq: number, epoch: number): void
  /** Takes what a change of our own made: that is no new epoch to us. */
  changed(under: Under): void
  /** Reads the clock too, and makes the state if there is none. */
  read(): Promise<true>
  readVersions(): Promise<void>
  /** {@link State.read} behind the gateway: false when Redis failed. */
  sync(via?: Gateway): Promise<boolean>
  /** The clock of Redis and the epoch must be known before anything is read or written. */
  ready(): boolean | Promise<boolean>
}

export interface StateSettings {
  driver: RedisDriver
  gateway: Gateway
  meta: string
  /** Called when the epoch in Redis is another than before: everything that was read is void. */
  onEpoch(): void
}

export const newEpoch = (): string => String(randomInt(1, 0xffffffff))

export function createState({ driver, gateway, meta, onEpoch }: StateSettings): State {
  let seq = 0
  let firstSeq = 0
  let epoch = -1
  let offset = 0
  let synced: Promise<boolean> | undefined

  const adopt = (newSeq: number, found: number) => {
    if (newSeq > seq || found !== epoch) seq = newSeq
    if (found === epoch) return
    const first = epoch === -1
    epoch = found
    firstSeq = newSeq
    if (!first) onEpoch()
  }
  const read = async (): Promise<true> => {
    const before = performance.now()
    const reply = (await gateway.evaluate(SYNC, [meta], [newEpoch()])) as Buffer[]
    const [foundEpoch, foundSeq, , seconds, micros] = reply.map(Number) as [number, number, number, number, number]
    offset = seconds * 1000 + micros / 1000 - (before + performance.now()) / 2
    adopt(foundSeq, foundEpoch)
    return true
  }
  const sync = async (via: Gateway = gateway) => (await via.run('get', 0, read)) === true
  return {
    get seq() {
      return seq
    },
    get firstSeq() {
      return firstSeq
    },
    get epoch() {
      return epoch
    },
    get offset() {
      return offset
    },
    adopt,
    changed(under) {
      epoch = under.epoch
      seq = Math.max(seq, under.seq)
    },
    read,
    async readVersions() {
      const [foundSeq, found] = (await driver.send({ name: 'HMGET', key: meta, values: [meta, 's', 'e'] })) as (Buffer | null)[]
      if (found) adopt(Number(foundSeq ?? 0), Number(found))
      else await read()
    },
    sync,
    ready() {
      if (epoch !== -1) return true
      synced ??= sync().finally(() => {
        synced = undefined
      })
      return synced
    }
  }
}
