// What a data store answered instead of a result, by the database semantic conventions 1.45: `db.response.status_code`.

/** Where each system keeps its code; https://opentelemetry.io/docs/specs/semconv/db/ names them. */
const READERS: Record<string, ((error: StoreError) => unknown) | undefined> = {
  // SQLSTATE; codes of Node such as ECONNREFUSED are no answer of the server.
  postgresql: ({ code }) => (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined),
  // The word before the sentence, such as WRONGTYPE.
  redis: ({ message, name, constructor }) =>
    typeof message === 'string' && ANSWERS.has(name === 'Error' ? constructor?.name : name)
      ? /^[A-Z]{2,30}(?= )/.exec(message)?.[0]
      : undefined,
  elasticsearch: ({ meta }) => (typeof meta?.statusCode === 'number' ? String(meta.statusCode) : undefined)
}
interface StoreError {
  code?: unknown
  message?: unknown
  name?: unknown
  constructor?: { name?: unknown }
  meta?: { statusCode?: unknown }
}
/** Classes of what Redis answers, in ioredis and in node-redis; an error of the client itself has others. */
const ANSWERS = new Set<unknown>(['ReplyError', 'SimpleError', 'BlobError', 'ErrorReply'])

/** The code of an error that a data store answered; undefined for any other. */
export function storeStatus(system: string, error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    return READERS[system]?.(error) as string | undefined
  } catch {
    // An error that throws when it is read has no code.
    return undefined
  }
}
