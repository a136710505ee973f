// Estimates what a value holds in memory, looking at a bounded number of its parts.

const OVERHEAD = 16
/** Parts that are looked at altogether, about. */
const MOST_PARTS = 2000
/** Parts of one object that are looked into; they stand for the others. */
const MOST_INNER = 50
/** So many properties are looked at in any case: one of them may outweigh all others. */
const LEAST_PROPERTIES = 32
const WORD = 64

/** Bytes of a value, at least 1. Buffers count with what they hold outside the heap; large structures are extrapolated from parts all over them. */
export function sizeOf(value: unknown): number {
  return isInner(value) ? Math.ceil(weigh(value, MOST_PARTS, new Set([value]))) : leafSize(value)
}

function isInner(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
}

function leafSize(value: unknown): number {
  if (typeof value === 'string') return OVERHEAD + value.length * 2
  if (ArrayBuffer.isView(value)) return OVERHEAD + value.byteLength
  if (typeof value === 'bigint' && BigInt.asIntN(WORD, value) !== value) return OVERHEAD + value.toString(16).length / 2
  return OVERHEAD
}

/** Looks at about `room` parts, half of them its own, and at those inside it with what is left. */
function weigh(value: object, room: number, seen: Set<object>): number {
  const { parts, of, names } = partsOf(value, Math.ceil(room / 2))
  let bytes = names
  const inner: object[] = []
  for (const part of parts) {
    if (!isInner(part)) bytes += leafSize(part)
    else if (!seen.has(part)) {
      seen.add(part)
      inner.push(part)
    }
  }
  const left = room - parts.length
  const looked = Math.min(inner.length, MOST_INNER, Math.max(0, left))
  let inside = 0
  for (let at = 0; at < looked; at++) inside += weigh(inner[Math.floor((at * inner.length) / looked)]!, Math.floor(left / looked), seen)
  bytes += looked === 0 ? inner.length * OVERHEAD * 2 : (inside / looked) * inner.length
  return OVERHEAD * 2 + (parts.length === 0 ? 0 : (bytes * of) / parts.length)
}

interface Parts {
  readonly parts: readonly unknown[]
  /** How many there are. */
  readonly of: number
  /** Bytes of the names of these. */
  readonly names: number
}

/** Up to `most` parts of a value, evenly from all over it where it has places. */
function partsOf(value: object, most: number): Parts {
  if (Array.isArray(value)) return { parts: spread(value, most), of: value.length, names: 0 }
  if (value instanceof Map) return { parts: first(entriesOf(value), most), of: value.size * 2, names: 0 }
  if (value instanceof Set) return { parts: first(value, most), of: value.size, names: 0 }
  if (value instanceof ArrayBuffer) return { parts: [new Uint8Array(value)], of: 1, names: 0 }
  const all = Object.keys(value)
  const parts: unknown[] = []
  let names = 0
  for (const name of spread(all, Math.max(most, LEAST_PROPERTIES))) {
    names += leafSize(name)
    // A getter of the application is not called.
    parts.push(Object.getOwnPropertyDescriptor(value, name)?.value)
  }
  return { parts, of: all.length, names }
}

function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list
  return Array.from({ length: most }, (_, at) => list[Math.floor((at * list.length) / most)]!)
}

function first(values: Iterable<unknown>, most: number): unknown[] {
  const some: unknown[] = []
  for (const value of values) {
    if (some.length >= most) break
    some.push(value)
  }
  return some
}

function* entriesOf(map: ReadonlyMap<unknown, unknown>): Iterable<unknown> {
  for (const pair of map) yield* pair
}
