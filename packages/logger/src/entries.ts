// What a caller's object holds: each field is read once, here and nowhere else.
import { UNREADABLE } from './plain.js'

const MAX_ENTRIES = 100

export interface Entries {
  readonly names: readonly string[]
  readonly values: readonly unknown[]
  /** Whether there were more. */
  readonly cut: boolean
  /** Whether the object would not say what it holds. */
  readonly unreadable: boolean
}

export const NO_ENTRIES: Entries = { names: [], values: [], cut: false, unreadable: false }

/** Never throws. */
export function readEntries(source: object): Entries {
  const names: string[] = []
  const values: unknown[] = []
  try {
    for (const key in source) {
      if (!Object.hasOwn(source, key)) continue
      if (names.length >= MAX_ENTRIES) return { names, values, cut: true, unreadable: false }
      values.push(read(source, key))
      names.push(key)
    }
  } catch {
    return { names, values, cut: false, unreadable: true }
  }
  return { names, values, cut: false, unreadable: false }
}

function read(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key]
  } catch {
    return UNREADABLE
  }
}
