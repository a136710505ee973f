// The engine's view of llm-service: embeddings and completions over HTTP.
import { type CompletionRequest, type EmbeddingsReply, readEvents, type StreamEvent, type Usage } from '@rag-example/wire'

export interface LlmService {
  embed(texts: readonly string[], signal?: AbortSignal): Promise<EmbeddingsReply['vectors']>
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<{ text: string; model: string; usage: Usage }>
  stream(request: CompletionRequest, signal: AbortSignal): AsyncGenerator<StreamEvent>
}

export function createLlmService(url: string, fetch: typeof globalThis.fetch): LlmService {
  const post = async (path: string, body: unknown, signal?: AbortSignal): Promise<Response> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) }
    const response = await fetch(`${url}${path}`, init)
    if (response.ok) return response
    const { message } = (await response.json().catch(() => ({}))) as { message?: string }
    throw Object.assign(new Error(`llm-service answered ${response.status}: ${message ?? 'no reason given'}`), { statusCode: 502 })
  }
  return {
    embed: async (texts, signal) => ((await (await post('/embeddings', { input: texts }, signal)).json()) as EmbeddingsReply).vectors,
    complete: async (request, signal) => (await post('/completions', request, signal)).json() as ReturnType<LlmService['complete']>,
    async *stream(request, signal) {
      const { body } = await post('/completions', { ...request, stream: true }, signal)
      if (body) yield* readEvents<StreamEvent>(body)
    }
  }
}
