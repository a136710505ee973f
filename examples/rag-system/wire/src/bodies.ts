// The bodies that travel between the services.

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A passage with what made it relevant. */
export interface FoundPassage {
  readonly document: string
  readonly title: string
  readonly heading: string
  readonly text: string
  readonly score: number
}

export interface PassagesReply {
  readonly passages: readonly FoundPassage[]
}

/** A question to the gateway and to the engine. */
export interface AskRequest {
  readonly question: string
  /** Answer as a stream of events. @default false */
  readonly stream?: boolean
  /** Asks another model than the default one. */
  readonly model?: string
}

export interface Answer {
  readonly answer: string
  readonly sources: readonly Pick<FoundPassage, 'document' | 'heading' | 'score'>[]
  readonly model: string
  readonly usage: Usage
  /** Whether it came from the cache of answers, with nothing asked of the model. */
  readonly cached: boolean
}

export interface CompletionRequest {
  readonly messages: readonly Message[]
  readonly model?: string
  readonly stream?: boolean
}

export interface EmbeddingsReply {
  readonly vectors: readonly (readonly number[])[]
}

/** One event of a streamed answer: a piece of text, then the whole. */
export type StreamEvent =
  | { readonly text: string }
  | { readonly done: Omit<Answer, 'sources' | 'cached'> & Partial<Answer> }
  | { readonly error: string }
