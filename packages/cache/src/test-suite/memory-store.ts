// What every memory store must do, as cases for any test runner.
import assert from 'node:assert/strict'
import type { MemoryEntry, MemoryStoreFactory } from '../memory/store.js'
import type { ContractCase } from './redis-driver.js'

const entryOf = (value: unknown, size = 1, cost?: number): MemoryEntry => ({
  value,
  size,
  cost,
  storedAt: 0,
  freshUntil: 1,
  revalidateUntil: 1,
  staleUntil: 1,
  retryAt: 0,
  refreshAt: 1,
  tags: [],
  seq: 0,
  generation: 0
})

/**
 * The contract of a memory store.
 *
 * @example
 * for (const { name, run } of memoryStoreContract(createLruStore)) test(name, run)
 */
export function memoryStoreContract(make: MemoryStoreFactory): ContractCase[] {
  type Left = [key: string, reason: string]
  const open = (maxEntries: number, maxBytes: number) => {
    const left: Left[] = []
    const store = make({ maxEntries, maxBytes, onLeave: (key, _entry, reason) => left.push([key, reason]) })
    return { store, left }
  }
  const cases: Record<string, () => void> = {
    'gives back what was set, and the newest under a key'() {
      const { store, left } = open(10, 100)
      const entry = entryOf('new')
      store.set('a', entryOf('old'))
      store.set('a', entry)
      assert.equal(store.get('a'), entry)
      assert.equal(store.peek('a'), entry)
      assert.equal(store.get('b'), undefined)
      assert.deepEqual(left, [['a', 'replaced']])
    },
    'says which entry was deleted and knows its keys'() {
      const { store, left } = open(10, 100)
      store.set('a', entryOf(1))
      store.set('b', entryOf(2))
      assert.equal(store.delete('a'), true)
      assert.equal(store.delete('a'), false)
      assert.deepEqual([...store.keys()], ['b'])
      assert.deepEqual(left, [['a', 'deleted']])
    },
    'never holds more entries than it may, and tells of each that goes'() {
      const { store, left } = open(10, 1_000_000)
      for (let index = 0; index < 100; index++) store.set(`k${index}`, entryOf(index))
      assert.equal(store.size, 10)
      assert.equal(left.length, 90)
      assert.ok(left.every(([, reason]) => reason === 'size'))
    },
    'never holds more bytes than it may, also when an entry grows'() {
      const { store } = open(1000, 100)
      for (let index = 0; index < 50; index++) {
        store.set(`k${index % 7}`, entryOf(index, 1 + ((index * 37) % 90)))
        assert.ok(store.bytes <= 100, `${store.bytes} bytes`)
        const sum = [...store.keys()].reduce((bytes, key) => bytes + store.peek(key)!.size, 0)
        assert.equal(store.bytes, sum)
      }
    },
    'does not keep an entry that is larger than everything it may hold, nor what was there before'() {
      const { store } = open(10, 100)
      store.set('a', entryOf('small', 10))
      store.set('a', entryOf('huge', 101))
      assert.equal(store.get('a'), undefined)
      assert.equal(store.bytes, 0)
    },
    'is empty after clear'() {
      const { store, left } = open(10, 100)
      store.set('a', entryOf(1))
      store.set('b', entryOf(2))
      store.clear()
      assert.deepEqual([store.size, store.bytes, [...store.keys()].length, left.length], [0, 0, 0, 2])
    }
  }
  return Object.entries(cases).map(([name, check]) => ({ name, run: async () => check() }))
}
