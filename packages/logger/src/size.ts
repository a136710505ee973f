// Sizes in bytes, as numbers or texts such as '100MB'.
import { RagError } from '@rag/core'

/** Bytes, or a text such as `'64KB'`, `'100MB'`, `'2GB'` in powers of 1024. */
export type Size = number | `${number}${'KB' | 'MB' | 'GB'}`

const UNITS = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const

/** @throws RagError `RAG_LOGGER_OPTION` for anything that is no size. */
export function sizeBytes(option: string, value: Size): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(KB|MB|GB)$/.exec(value) : null
  if (match) return Math.floor(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS])
  throw new RagError('RAG_LOGGER_OPTION', {
    option,
    value,
    problem: 'this is no size',
    fix: `give bytes or a text such as '64KB', '100MB' or '2GB'`
  })
}
