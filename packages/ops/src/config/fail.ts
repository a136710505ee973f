// One way to say what is wrong with a field of the configuration.

import { RagError } from '@rag/core/errors'
import type { opsErrors } from '../errors.js'

/** Throws with the path of the field, its value and the way out. */
export function fail(option: string, value: unknown, problem: string, fix: string, code: keyof typeof opsErrors = 'RAG_OPS_CONFIG'): never {
  throw new RagError(code, { option, ...(value !== undefined && { value }), problem, fix })
}
