// The client of llm-service, for the services that ask it.
import type { Caller, Completion, CompletionEvent, CompletionRequest, EmbeddingsReply } from './bodies.js'
import { callerHeaders } from './caller.js'
import { readEvents } from './event-stream.js'
import { failureOf, unreachable } from './failure.js'

export interface LlmClient {
  embed(texts: readonly string[], caller?: Caller, signal?: AbortSignal): Promise<EmbeddingsReply['vectors']>
  complete(request: CompletionRequest, caller: Caller, signal?: AbortSignal): Promise<Completion>
  stream(request: CompletionRequest, caller: Caller, signal: AbortSignal): AsyncGenerator<CompletionEvent>
}

/** @param fetch One that carries the trace on. */
export function createLlmClient(url: string, fetch: typeof globalThis.fetch): LlmClient {
  const post = async (path: string, body: unknown, caller: Caller, signal?: AbortSignal): Promise<Response> => {
    const headers = { 'content-type': 'application/json', ...callerHeaders(caller) }
    const init = { method: 'POST', headers, body: JSON.stringify(body), ...(signal && { signal }) }
    const response = await fetch(`${url}${path}`, init).catch((error: unknown) => {
      throw signal?.aborted ? error : unreachable('llm-service', error)
    })
    if (response.ok) return response
    throw await failureOf('llm-service', response)
  }
  return {
    embed: async (texts, caller = {}, signal) =>
      ((await (await post('/embeddings', { input: texts }, caller, signal)).json()) as EmbeddingsReply).vectors,
    complete: async (request, caller, signal) => (await post('/completions', request, caller, signal)).json() as Promise<Completion>,
    async *stream(request, caller, signal) {
      const { body } = await post('/completions', { ...request, stream: true }, caller, signal)
      if (body) yield* readEvents<CompletionEvent>(body)
    }
  }
}
