// Estimates what a value holds in memory, looking at a bounded number of its parts.

const OVERHEAD = 16
const MOST_PARTS = 2000

/** Bytes of a value, at least 1. Buffers count with what they hold outside the heap; large structures are extrapolated. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return OVERHEAD + value.length * 2
  if (typeof value !== 'object' || value === null) return OVERHEAD
  if (ArrayBuffer.isView(value)) return OVERHEAD + value.byteLength
  return walk(value)
}

function walk(root: object): number {
  const seen = new Set<object>([root])
  const waiting: unknown[] = [root]
  let bytes = 0
  let parts = 0
  while (waiting.length > 0 && parts < MOST_PARTS) {
    const value = waiting.pop()
    parts++
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) {
      bytes += sizeOf(value)
      continue
    }
    bytes += OVERHEAD * 2
    for (const part of partsOf(value)) {
      if (typeof part === 'object' && part !== null) {
        if (seen.has(part)) continue
        seen.add(part)
      }
      waiting.push(part)
      if (waiting.length > MOST_PARTS) break
    }
    // An array longer than we look at: what is left weighs as much as what we saw.
    const length = Array.isArray(value) ? value.length : 0
    if (length > MOST_PARTS) bytes += (length - MOST_PARTS) * OVERHEAD
  }
  return Math.max(1, bytes)
}

function* partsOf(value: object): Iterable<unknown> {
  if (value instanceof Map) {
    for (const [key, part] of value) {
      yield key
      yield part
    }
    return
  }
  if (Array.isArray(value) || value instanceof Set) return yield* value
  if (value instanceof ArrayBuffer) return yield new Uint8Array(value)
  for (const key of Object.keys(value)) {
    yield key
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (property && 'value' in property) yield property.value
  }
}
