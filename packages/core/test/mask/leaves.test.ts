// The quick answer for a flat field: where it says that a field stays, the gate leaves it, alone and in a record.
import { createMasker, leavesOf, resolveMasker } from '@rag/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'

const SECRET = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD'
const names = fc.oneof(
  fc.string({ maxLength: 16 }),
  fc.constantFrom('password', 'apiKey', 'token', 'name', 'value', 'key', 'email', 'card', 'note', 'toJSON', '__proto__', SECRET)
)
const held = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.constantFrom(SECRET, 'password=hunter2hunter2', 'mail ada@example.com', '4111111111111111', 'aB3dE6gH9jK2mN5pQ8sT1vW4', 'ok'),
  fc.constantFrom(4111111111111111, 1234, 0.5),
  fc.boolean(),
  fc.constant(null)
)

it.each([
  ['by default', {}],
  ['with personal data and names of the application', { pii: true, keys: ['internalCode'], maxLength: 64 }]
] as const)('%s', (_name, options) => {
  const masker = createMasker(options as never)
  const leaves = leavesOf(masker)!
  fc.assert(
    fc.property(fc.dictionary(names, held, { maxKeys: 5 }), (record) => {
      if (!Object.entries(record).every(([name, value]) => leaves(name, value))) return
      expect(masker.mask(record)).toEqual(record)
    }),
    { numRuns: 500 }
  )
  expect(leaves('documentId', 'doc-1')).toBe(true)
  expect(leaves('note', SECRET)).toBe(false)
  expect(leaves('password', 1234)).toBe(false)
})

it('counts nothing, and speaks for no masker but its own', () => {
  const masker = createMasker()
  leavesOf(masker)!('note', SECRET)
  const counted: unknown[] = []
  masker.source.read((name) => counted.push(name))
  expect(counted).toEqual([])
  expect(leavesOf(resolveMasker({ ...masker, mask: () => 'x' } as never))).toBeUndefined()
  expect(leavesOf(resolveMasker(false))!('password', 'hunter2')).toBe(true)
})
