// Says what a client's error stands for, also in a minified bundle, where the names of its classes say nothing.

const ABORTED = /UserAbort|AbortError/
/** As the clients of OpenAI and Anthropic say it, in every version. */
const ABORTED_MESSAGE = 'Request was aborted.'
const TIMED_OUT_MESSAGE = 'Request timed out.'

/** The names of an error: of its class, and its own. */
export function namesOf(error: unknown): string {
  const { constructor, name } = (error ?? {}) as { constructor?: { name?: unknown }; name?: unknown }
  return `${String(constructor?.name ?? '')} ${String(name ?? '')}`
}

export function isTimedOut(error: unknown): boolean {
  return /Timeout/.test(namesOf(error)) || (isUnanswered(error) && error.message === TIMED_OUT_MESSAGE)
}

export function isAborted(error: unknown): boolean {
  return ABORTED.test(namesOf(error)) || (isUnanswered(error) && error.message === ABORTED_MESSAGE)
}

/** An error of the clients of OpenAI and Anthropic for a request that got no reply. */
export function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && 'requestID' in error && 'headers' in error && (error as { status?: unknown }).status === undefined
}
