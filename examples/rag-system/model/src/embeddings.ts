// Embeddings over OpenAI's wire format, as numbers or as base64 of 32-bit floats.
import type { Encoder } from './encoder.js'
import { EMBEDDING_MODEL } from './models.js'
import { countTokens } from './tokens.js'
import { WireError } from './wire.js'

export interface EmbeddingsRequest {
  model?: unknown
  input?: unknown
  encoding_format?: unknown
}

export async function embeddings({ model, input, encoding_format }: EmbeddingsRequest, encoder: Encoder) {
  if (model !== EMBEDDING_MODEL) throw new WireError(404, 'model_not_found', `The model '${String(model)}' does not exist`)
  const texts = typeof input === 'string' ? [input] : input
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === 'string' && text !== ''))
    throw new WireError(400, 'invalid_value', "'input' is a text or a list of texts")
  const vectors = await encoder.embed(texts)
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  return {
    object: 'list',
    model: EMBEDDING_MODEL,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding:
        encoding_format === 'base64' ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64') : [...vector]
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens }
  }
}
