// The cost-aware store: what is asked for often, is dear to make and small stays (GreedyDual-Size-Frequency).
import type { MemoryEntry, MemoryStore, MemoryStoreOptions } from './store.js'

/** Entries looked at for one eviction: a sample costs no order to be kept at each hit. */
const SAMPLE = 16
/** The cheapest of earlier samples are looked at again, so that few cheap ones among many dear are found. */
const POOL = 16
/** Uses beyond which one more says nothing. */
const MOST_USES = 64

interface Slot {
  key: string
  entry: MemoryEntry
  uses: number
  priority: number
  index: number
}

/**
 * Priority = age + uses × cost / size; the age is the priority of the last entry that had to go, so that old glory fades.
 * L. Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy", HPL-98-69R1.
 * A scan cannot push out what is used: its entries come with one use and go first. Keys that were pushed out are remembered, so that one that
 * returns is not new again.
 */
export function createCostStore({ maxEntries, maxBytes, onLeave }: MemoryStoreOptions): MemoryStore {
  const slots = new Map<string, Slot>()
  const order: Slot[] = []
  let ghosts = new Map<string, number>()
  let olderGhosts = new Map<string, number>()
  let pool: Slot[] = []
  let bytes = 0
  let age = 0
  let meanCost = 1
  let random = 0x2545f491

  const price = (slot: Slot) => {
    slot.priority = age + (slot.uses * (slot.entry.cost ?? meanCost)) / slot.entry.size
  }
  // xorshift32: Math.random is slower and nothing here is a secret.
  const pick = (below: number) => {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    return (random >>> 0) % below
  }
  const take = (slot: Slot, reason: 'size' | 'deleted') => {
    slots.delete(slot.key)
    const last = order.pop()!
    if (last !== slot) {
      order[slot.index] = last
      last.index = slot.index
    }
    bytes -= slot.entry.size
    onLeave(slot.key, slot.entry, reason)
  }
  const remember = (slot: Slot) => {
    ghosts.set(slot.key, slot.uses)
    if (ghosts.size <= Math.max(16, slots.size)) return
    olderGhosts = ghosts
    ghosts = new Map()
  }
  const pushOut = () => {
    for (let look = Math.min(SAMPLE, order.length); look > 0; look--) {
      const slot = order.length <= SAMPLE ? order[look - 1]! : order[pick(order.length)]!
      if (!pool.includes(slot)) pool.push(slot)
    }
    pool = pool.filter((slot) => slots.get(slot.key) === slot).sort((first, second) => first.priority - second.priority)
    const worst = pool.shift()
    if (pool.length > POOL) pool.length = POOL
    if (!worst) return
    if (worst.priority > age) age = worst.priority
    remember(worst)
    take(worst, 'size')
  }

  return {
    get(key) {
      const slot = slots.get(key)
      if (!slot) return undefined
      if (slot.uses < MOST_USES) slot.uses++
      price(slot)
      return slot.entry
    },
    peek: (key) => slots.get(key)?.entry,
    set(key, entry) {
      if (entry.cost !== undefined) meanCost += (entry.cost - meanCost) / 64
      const present = slots.get(key)
      if (present) {
        const before = present.entry
        bytes += entry.size - before.size
        present.entry = entry
        onLeave(key, before, 'replaced')
        price(present)
        if (entry.size > maxBytes) return take(present, 'size')
      } else {
        if (entry.size > maxBytes) return
        const slot: Slot = { key, entry, uses: 1 + (ghosts.get(key) ?? olderGhosts.get(key) ?? 0), priority: 0, index: order.length }
        while (slots.size > 0 && (slots.size >= maxEntries || bytes + entry.size > maxBytes)) pushOut()
        slot.index = order.length
        price(slot)
        slots.set(key, slot)
        order.push(slot)
        bytes += entry.size
      }
      while (slots.size > 0 && bytes > maxBytes) pushOut()
    },
    delete(key) {
      const slot = slots.get(key)
      if (!slot) return false
      take(slot, 'deleted')
      return true
    },
    keys: () => slots.keys(),
    clear() {
      for (const slot of [...order]) take(slot, 'deleted')
      pool = []
      ghosts.clear()
      olderGhosts.clear()
    },
    get size() {
      return slots.size
    },
    get bytes() {
      return bytes
    }
  }
}
