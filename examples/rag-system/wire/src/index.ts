// What the services of the example say to each other, and what all of them need to start.
export type {
  Answer,
  AskRequest,
  Caller,
  Completion,
  CompletionEvent,
  CompletionRequest,
  DocumentsChanged,
  EmbeddingsReply,
  FoundPassage,
  Message,
  PassagesReply,
  Source,
  StoredDocument,
  StreamEvent,
  Usage
} from './bodies.js'
export { callerHeaders, callerOf } from './caller.js'
export { eventText, readEvents } from './event-stream.js'
export { failureOf, MAX_DOCUMENT_BYTES, replyTo, ServiceError, tooLarge, unreachable } from './failure.js'
export { goneSignal } from './gone.js'
export { createLlmClient, type LlmClient } from './llm-client.js'
export { type Settings, secret, settings } from './settings.js'
