// The codes of `@rag/logger`.

/** The codes of `@rag/logger` and what they mean. */
export const loggerErrors = {
  RAG_LOGGER_OPTION: 'createLogger() was given a value that an option does not take.',
  RAG_LOGGER_LEVEL: 'A level is none that the logger has.',
  RAG_LOGGER_AUDIT_KEY: 'A key of an audit log is missing, shorter than 32 bytes, or none of Ed25519 where it signs.',
  RAG_LOGGER_AUDIT_LOCKED: 'Another writer has the audit log open.',
  RAG_LOGGER_AUDIT_WRITE: 'An audit record could not be made durable.',
  RAG_LOGGER_AUDIT_BROKEN: 'An audit log is not as it was written.',
  RAG_LOGGER_FILE_BROKEN: 'An encrypted log file cannot be read with this key, or was changed.',
  RAG_LOGGER_DESTINATION: 'A destination is neither `stdout`, a stream, nor a file.'
} as const
