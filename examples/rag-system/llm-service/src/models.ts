// What the service does with models, through the official client. It knows nothing of telemetry.
import { createHash } from 'node:crypto'
import type { Answer, CompletionRequest, Message } from '@rag-example/wire'
import type OpenAI from 'openai'

const ENCODER = 'universal-sentence-encoder-lite'
const MAX_ANSWER_TOKENS = 400

export type Completion = Pick<Answer, 'model' | 'usage'> & { readonly text: string }

export interface ModelsOptions {
  readonly chat: OpenAI
  readonly encoder: OpenAI
  readonly vectors: { getOrSet<T>(key: string, load: () => Promise<T>): Promise<T> }
  readonly chatModel: string
}

export interface Models {
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion>
  /** Pieces of text as they come, then the whole. */
  stream(request: CompletionRequest, signal: AbortSignal): AsyncGenerator<string | Completion>
}

export function createModels({ chat, encoder, vectors, chatModel }: ModelsOptions): Models {
  const encode = async (texts: readonly string[]) => {
    const { data } = await encoder.embeddings.create({ model: ENCODER, input: [...texts] })
    return data.map(({ embedding }) => embedding)
  }
  const bodyOf = ({ messages, model = chatModel }: CompletionRequest) => ({
    model,
    messages: messages as Message[],
    max_completion_tokens: MAX_ANSWER_TOKENS
  })
  return {
    // Questions come again; a corpus is embedded once and kept by who asked for it.
    embed: async (texts) =>
      texts.length > 1
        ? encode(texts)
        : vectors.getOrSet(
            createHash('sha256')
              .update(texts[0] ?? '')
              .digest('hex'),
            () => encode(texts)
          ),

    async complete(request, signal) {
      const { model, choices, usage } = await chat.chat.completions.create(bodyOf(request), { signal })
      return { text: choices[0]?.message.content ?? '', model, usage: usageOf(usage) }
    },

    async *stream(request, signal) {
      const chunks = await chat.chat.completions.create(
        { ...bodyOf(request), stream: true, stream_options: { include_usage: true } },
        { signal }
      )
      let text = ''
      let model = request.model ?? chatModel
      let usage = usageOf(undefined)
      for await (const chunk of chunks) {
        model = chunk.model
        if (chunk.usage) usage = usageOf(chunk.usage)
        const piece = chunk.choices[0]?.delta.content ?? ''
        text += piece
        if (piece !== '') yield piece
      }
      // The client ends the loop without an error when it was aborted.
      signal.throwIfAborted()
      yield { text, model, usage }
    }
  }
}

function usageOf(usage: { prompt_tokens: number; completion_tokens: number } | null | undefined): Answer['usage'] {
  return { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 }
}
