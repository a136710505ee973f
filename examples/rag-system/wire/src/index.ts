// What the services of the example say to each other.
export type {
  Answer,
  AskRequest,
  CompletionRequest,
  EmbeddingsReply,
  FoundPassage,
  Message,
  PassagesReply,
  StreamEvent,
  Usage
} from './bodies.js'
export { eventText, readEvents } from './event-stream.js'
