// An error that a service answers with: a status, words for people, and when to try again.

/** Largest document, bytes. */
export const MAX_DOCUMENT_BYTES = 5 * 1024 * 1024

export class ServiceError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions
  ) {
    super(message, options)
  }
}

/** What another service said when it refused. */
export async function failureOf(name: string, response: Response): Promise<ServiceError> {
  const { message } = (await response.json().catch(() => ({}))) as { message?: string }
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  // A refusal that the caller can do something about goes on as it is; any other is the fault of what is behind.
  const status = response.status === 429 || response.status === 413 || response.status === 507 ? response.status : 502
  const text = status === 502 ? `${name} answered ${response.status}: ${message ?? 'no reason given'}` : (message ?? 'refused')
  return new ServiceError(status, text, Number.isFinite(retryAfter) ? retryAfter : undefined)
}

/** A document that is too large. */
export function tooLarge(): ServiceError {
  return new ServiceError(413, `A document may have ${MAX_DOCUMENT_BYTES / 1024 / 1024} MiB at most.`)
}

/** A service that cannot be reached, in words for people. */
export function unreachable(name: string, cause: unknown): ServiceError {
  return new ServiceError(503, `${name} cannot be reached at the moment. Please try again.`, 2, { cause })
}

/** What people are told of an error that nobody foresaw: its own words are for the log. */
const UNFORESEEN = 'This went wrong inside the system, not by what you sent. Please try again.'

/** What the parser of JSON in Express says by its type; its own words are for programmers. */
const UNREAD: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'This is no JSON.',
  'entity.too.large': 'This is too long. A question may have 4000 characters.'
}

/** The reply to an error: its status, headers and body. */
export function replyTo(error: unknown): { status: number; headers: Record<string, string>; body: { message: string } } {
  const given = (error ?? {}) as Partial<ServiceError> & { status?: number; type?: string }
  const { statusCode, status, retryAfterSeconds } = given
  const message = UNREAD[given.type ?? ''] ?? given.message
  const code = statusCode ?? status
  if (code === undefined || code < 400 || code > 599) return { status: 500, headers: {}, body: { message: UNFORESEEN } }
  return {
    status: code,
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
    body: { message: message || 'failed' }
  }
}
