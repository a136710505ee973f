// What a `mask` option of any package means: a masker, the options of one, or none.
import type { Source } from '../source.js'
import { createMasker, type Masker } from './masker.js'
import type { MaskerOptions } from './options.js'

const NOTHING: Source = { read() {} }

/** `mask: false`: every exit as the application wrote it. */
const passThrough: Masker = {
  mask: ((value: unknown) => value) as Masker['mask'],
  stream: () => ({ push: (chunk) => chunk, flush: () => '' }),
  isSecretKey: () => false,
  source: NOTHING
}

/**
 * The masker behind a `mask` option: the one given, one of these options, the default one, or for `false` one that changes nothing.
 *
 * @throws RagError `RAG_CORE_MASK` for wrong options.
 * @example
 * const masker = resolveMasker(options.mask)
 */
export function resolveMasker(mask?: Masker | MaskerOptions | false): Masker {
  if (mask === false) return passThrough
  return isMasker(mask) ? mask : createMasker(mask)
}

function isMasker(mask: Masker | MaskerOptions | undefined): mask is Masker {
  return typeof (mask as Masker | undefined)?.mask === 'function'
}
