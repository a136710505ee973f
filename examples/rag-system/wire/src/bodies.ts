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
  /** Place in its document, from 0. */
  readonly position: number
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

/** A passage that an answer cites as `[n]`, n counting from 1. */
export type Source = Pick<FoundPassage, 'document' | 'title' | 'heading' | 'text' | 'score'>

export interface Answer {
  readonly answer: string
  readonly sources: readonly Source[]
  readonly model: string
  readonly usage: Usage
  /** USD; undefined when the price of the model is not known. */
  readonly costUsd?: number | undefined
  /** Whether it came from a cache, with nothing asked of the model. */
  readonly cached: boolean
  /** `answers`: the same question was asked before; `meaning`: one that means the same. */
  readonly from: 'model' | 'answers' | 'meaning'
}

export interface CompletionRequest {
  readonly messages: readonly Message[]
  readonly model?: string
  readonly stream?: boolean
  /** With it an answer to a question that means the same may be given. */
  readonly question?: string
  /** What the messages cite; kept with the answer. */
  readonly sources?: readonly Source[]
}

/** What a completion gives: the answer of the model, or a kept one with the sources that it cites. */
export interface Completion extends Pick<Answer, 'model' | 'usage' | 'costUsd' | 'sources'> {
  readonly text: string
  /** The question whose answer this was. */
  readonly sameAs?: string | undefined
}

export interface EmbeddingsReply {
  readonly vectors: readonly (readonly number[])[]
}

/** One event of a streamed answer: a piece of text, then the whole. */
export type StreamEvent = { readonly text: string } | { readonly done: Answer } | { readonly error: string }
/** The same between rag-engine and llm-service. */
export type CompletionEvent = { readonly text: string } | { readonly done: Completion } | { readonly error: string }

/** Who a request is for, as auth-service knows them. */
export interface Caller {
  readonly user?: string | undefined
  readonly tenant?: string | undefined
}

/** A document as it is listed. */
export interface StoredDocument {
  readonly id: string
  readonly title: string
  readonly passages: number
  readonly bytes: number
  readonly version: number
  /** ISO 8601. */
  readonly updatedAt: string
}

/** Sent to whoever keeps what was made from documents. */
export interface DocumentsChanged {
  readonly added: readonly string[]
  /** Changed or deleted. */
  readonly changed: readonly string[]
}
