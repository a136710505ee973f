// One face for the providers of chat, each through its vendor's own client.
import type Anthropic from '@anthropic-ai/sdk'
import type { Message, Usage } from '@rag-example/wire'
import type OpenAI from 'openai'

export interface Said {
  readonly text: string
  readonly model: string
  readonly usage: Usage
}

export interface Provider {
  readonly name: 'openai' | 'anthropic'
  /** The model that is asked when the request names none. */
  readonly model: string
  /** For metering: the client that calls go through. */
  readonly client: OpenAI | Anthropic
  complete(model: string, messages: readonly Message[], signal: AbortSignal): Promise<Said>
  /** Resolves when the provider has accepted; then pieces of text as they come, and the whole. */
  stream(model: string, messages: readonly Message[], signal: AbortSignal): Promise<AsyncGenerator<string | Said>>
}

const MAX_ANSWER_TOKENS = 400

export function viaOpenAi(client: OpenAI, model: string): Provider {
  const bodyOf = (model: string, messages: readonly Message[]) => ({
    model,
    messages: messages as Message[],
    max_completion_tokens: MAX_ANSWER_TOKENS
  })
  return {
    name: 'openai',
    model,
    client,
    async complete(model, messages, signal) {
      const { model: answered, choices, usage } = await client.chat.completions.create(bodyOf(model, messages), { signal })
      return { text: choices[0]?.message.content ?? '', model: answered, usage: openAiUsage(usage) }
    },
    async stream(model, messages, signal) {
      const body = { ...bodyOf(model, messages), stream: true as const, stream_options: { include_usage: true } }
      return openAiPieces(await client.chat.completions.create(body, { signal }), model)
    }
  }
}

async function* openAiPieces(chunks: AsyncIterable<OpenAI.ChatCompletionChunk>, asked: string): AsyncGenerator<string | Said> {
  let [text, model, usage] = ['', asked, openAiUsage(undefined)]
  for await (const chunk of chunks) {
    model = chunk.model
    if (chunk.usage) usage = openAiUsage(chunk.usage)
    const piece = chunk.choices[0]?.delta.content ?? ''
    text += piece
    if (piece !== '') yield piece
  }
  yield { text, model, usage }
}

export function viaAnthropic(client: Anthropic, model: string): Provider {
  const bodyOf = (model: string, messages: readonly Message[]) => ({
    model,
    max_tokens: MAX_ANSWER_TOKENS,
    system: messages
      .filter(({ role }) => role === 'system')
      .map(({ content }) => content)
      .join('\n'),
    messages: messages.flatMap(({ role, content }) => (role === 'system' ? [] : [{ role, content }]))
  })
  return {
    name: 'anthropic',
    model,
    client,
    async complete(model, messages, signal) {
      const { model: answered, content, usage } = await client.messages.create(bodyOf(model, messages), { signal })
      const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('')
      return { text, model: answered, usage: { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } }
    },
    async stream(model, messages, signal) {
      return anthropicPieces(await client.messages.create({ ...bodyOf(model, messages), stream: true }, { signal }), model)
    }
  }
}

async function* anthropicPieces(events: AsyncIterable<Anthropic.RawMessageStreamEvent>, asked: string): AsyncGenerator<string | Said> {
  let [text, model, inputTokens, outputTokens] = ['', asked, 0, 0]
  for await (const event of events) {
    if (event.type === 'message_start') {
      model = event.message.model
      inputTokens = event.message.usage.input_tokens
    } else if (event.type === 'message_delta') outputTokens = event.usage.output_tokens
    else if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
      text += event.delta.text
      yield event.delta.text
    }
  }
  yield { text, model, usage: { inputTokens, outputTokens } }
}

function openAiUsage(usage: { prompt_tokens: number; completion_tokens: number } | null | undefined): Usage {
  return { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 }
}
