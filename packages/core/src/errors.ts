// Every error this SDK throws carries a stable code, the option it is about and the way out.

const MARK = Symbol.for('@rag/core/error/1')

/** What a {@link RagError} says besides its message. */
export interface RagErrorDetails {
  /** The option, argument or variable at fault, as the caller spelled it. */
  option?: string
  /** The value that was given. */
  value?: unknown
  /** What is wrong with it, as the end of a sentence that starts with the option. */
  problem: string
  /** What to do instead. */
  fix: string
  /** The error underneath, if any. */
  cause?: unknown
}

/** An error of this SDK. Recognise it with {@link isRagError}, which also works across two installed copies. */
export class RagError extends Error {
  readonly code: string
  readonly option: string | undefined
  readonly value: unknown
  readonly fix: string

  constructor(code: string, { option, value, problem, fix, cause }: RagErrorDetails) {
    const subject = option === undefined ? '' : `option "${option}"${value === undefined ? '' : ` is ${show(value)}`}: `
    super(`[${code}] ${subject}${problem}. Fix: ${fix}`, cause === undefined ? undefined : { cause })
    this.name = 'RagError'
    this.code = code
    this.option = option
    this.value = value
    this.fix = fix
    Object.defineProperty(this, MARK, { value: true })
  }
}

/**
 * Whether a value is an error thrown by any copy of this SDK.
 *
 * @example
 * try { observability({ service: '' }) } catch (error) { if (isRagError(error)) console.error(error.code, error.fix) }
 */
export function isRagError(value: unknown): value is RagError {
  return typeof value === 'object' && value !== null && (value as { [MARK]?: boolean })[MARK] === true
}

/** The codes of `@rag/core`. Each package has one such table; the reference in the docs is made from them. */
export const coreErrors = {
  RAG_CORE_DURATION: 'A duration is neither milliseconds nor a text such as `10m`.',
  RAG_CORE_OPTIONS: 'What should be an object of options is something else.',
  RAG_CORE_UNKNOWN_OPTION: 'A factory was given an option that it does not have.',
  RAG_CORE_SERVICE: 'The service has no name, or a name that is no plain text.',
  RAG_CORE_CLIENT: 'observeClient() was given something that is no known client, or observeServer() no server of Node.',
  RAG_CORE_PEERS: 'The names of the services behind addresses are no names by address.',
  RAG_CORE_MASK: 'The masker was given a wrong option.',
  RAG_CORE_ADMIN: 'An option of admin() is wrong, or would open it to the network unprotected.',
  RAG_CORE_ADMIN_LISTEN: 'admin() cannot listen: the port is in use, or the address is not of this machine.'
} as const

function show(value: unknown): string {
  try {
    const text =
      typeof value === 'string'
        ? JSON.stringify(value)
        : typeof value === 'object' && value !== null
          ? (JSON.stringify(value) ?? String(value))
          : String(value)
    return text.length > 80 ? `${text.slice(0, 77)}...` : text
  } catch {
    return 'a value that cannot be shown'
  }
}
