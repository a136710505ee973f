// Stands between the exits and a masker that an application wrote: what fails in it is replaced, never passed raw, never thrown.
import type { Source } from '../source.js'
import { mark } from './forms.js'
import { createMasker, type Masker } from './masker.js'
import type { StreamMasker } from './stream.js'

/** Levels down to which a value that failed as a whole is tried part by part. */
const MAX_DEPTH = 8
const MAX_PARTS = 1000

/** A masker of an application: `mask` is all that it must have. */
export type CustomMasker = Pick<Masker, 'mask'> & Partial<Masker>

/** The masker with every failure inside it contained; what it does not offer, a default masker does. */
export function guardMasker(custom: CustomMasker): Masker {
  let made: Masker | undefined
  const fallback = (): Masker => (made ??= createMasker())
  let failures = 0
  let parts = 0

  const failed = (): string => {
    failures++
    return mark('failure')
  }

  const once = (value: unknown): unknown => {
    const out: unknown = custom.mask(value)
    if (typeof value === 'string' ? typeof out !== 'string' : isPromise(out)) throw new TypeError('the masker answered with something else')
    return out
  }

  const guarded = (value: unknown, depth: number): unknown => {
    try {
      return once(value)
    } catch {
      if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH || ++parts > MAX_PARTS) return failed()
      return byParts(value, depth)
    }
  }

  /** Part by part, so that what fails costs itself and nothing else. */
  const byParts = (value: object, depth: number): unknown => {
    try {
      if (Array.isArray(value)) return value.map((item) => guarded(item, depth + 1))
      const out: Record<string, unknown> = {}
      for (const key of Object.keys(value)) out[key] = guarded((value as Record<string, unknown>)[key], depth + 1)
      return out
    } catch {
      return failed()
    }
  }

  const source: Source = {
    read(emit) {
      try {
        custom.source?.read(emit)
      } catch {
        failures++
      }
      if (failures > 0) emit('rag_masked_total', failures, { rule: 'failure' })
    }
  }

  return {
    mask: ((value: unknown) => {
      parts = 0
      return guarded(value, 0)
    }) as Masker['mask'],
    stream: () => guardStream(streamOf(custom, fallback), failed),
    isSecretKey(name) {
      try {
        return custom.isSecretKey ? custom.isSecretKey(name) === true : fallback().isSecretKey(name)
      } catch {
        return true
      }
    },
    source
  }
}

function streamOf(custom: CustomMasker, fallback: () => Masker): StreamMasker {
  try {
    return custom.stream ? custom.stream() : fallback().stream()
  } catch {
    return fallback().stream()
  }
}

function guardStream(stream: StreamMasker, failed: () => string): StreamMasker {
  const text = (out: unknown): string => (typeof out === 'string' ? out : failed())
  return {
    push(chunk) {
      try {
        return text(stream.push(chunk))
      } catch {
        return failed()
      }
    },
    flush() {
      try {
        return text(stream.flush())
      } catch {
        return failed()
      }
    }
  }
}

const isPromise = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
