// The error of this package: code, option, value and fix. Core recognises it; core itself is not needed at run time beyond its catalogue.

const MARK = Symbol.for('@rag/core/error/1')

export interface Details {
  readonly option?: string
  readonly value?: unknown
  readonly problem: string
  readonly fix: string
  readonly cause?: unknown
}

/** An error with a way out; `isRagError` of `@rag/core` says true to it. */
export class RagError extends Error {
  readonly code: string
  readonly option: string | undefined
  readonly value: unknown
  readonly fix: string

  constructor(code: string, { option, value, problem, fix, cause }: Details) {
    const shown = value === undefined ? '' : ` is ${show(value)}`
    super(
      `[${code}] ${option === undefined ? '' : `option "${option}"${shown}: `}${problem}. Fix: ${fix}`,
      cause === undefined ? undefined : { cause }
    )
    this.name = 'RagError'
    this.code = code
    this.option = option
    this.value = value
    this.fix = fix
    Object.defineProperty(this, MARK, { value: true })
  }
}

/** Whether a value is an error of this SDK. */
export function isRagError(value: unknown): value is RagError {
  return typeof value === 'object' && value !== null && (value as { [MARK]?: boolean })[MARK] === true
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
