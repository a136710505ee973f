// What a `mask` option of any package means: a masker, the options of one, or none.
import type { Source } from '../source.js'
import { type CustomMasker, guardMasker } from './guard.js'
import { createMasker, isOwnMasker, type Leaves, type Masker, ownLeaves } from './masker.js'
import type { MaskerOptions } from './options.js'

const NOTHING: Source = { read() {} }

/** `mask: false`: every exit as the application wrote it. */
const passThrough: Masker = {
  mask: ((value: unknown) => value) as Masker['mask'],
  stream: () => ({ push: (chunk) => chunk, flush: () => '' }),
  isSecretKey: () => false,
  source: NOTHING
}

const guards = new WeakMap<object, Masker>()

/**
 * The masker behind a `mask` option: the one given, one of these options, the default one, or for `false` one that changes
 * nothing. A masker that the application wrote itself is guarded: where it throws, the value is replaced.
 *
 * @throws RagError `RAG_CORE_MASK` for wrong options.
 * @example
 * const masker = resolveMasker(options.mask)
 */
export function resolveMasker(mask?: Masker | MaskerOptions | false): Masker {
  if (mask === false) return passThrough
  if (!isMasker(mask)) return createMasker(mask)
  if (mask === passThrough || isOwnMasker(mask)) return mask
  const known = guards.get(mask)
  if (known) return known
  const guard = guardMasker(mask)
  guards.set(mask, guard)
  guards.set(guard, guard)
  return guard
}

/** Answers for flat fields without a walk over their record; undefined for a masker that an application wrote. */
export function leavesOf(masker: Masker): Leaves | undefined {
  return masker === passThrough ? () => true : ownLeaves(masker)
}

function isMasker(mask: Masker | MaskerOptions | undefined): mask is Masker & CustomMasker {
  return typeof (mask as Masker | undefined)?.mask === 'function'
}
