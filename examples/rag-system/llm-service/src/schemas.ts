// What the routes of llm-service take.

const texts = { type: 'array', minItems: 1, maxItems: 256, items: { type: 'string', minLength: 1, maxLength: 20_000 } } as const
const message = {
  type: 'object',
  required: ['role', 'content'],
  properties: { role: { enum: ['system', 'user', 'assistant'] }, content: { type: 'string' } }
} as const
const source = {
  type: 'object',
  required: ['document', 'title', 'heading', 'text', 'score'],
  properties: {
    document: { type: 'string' },
    title: { type: 'string' },
    heading: { type: 'string' },
    text: { type: 'string' },
    score: { type: 'number' }
  }
} as const

export const embeddingsSchema = { body: { type: 'object', required: ['input'], properties: { input: texts } } } as const

export const completionsSchema = {
  body: {
    type: 'object',
    required: ['messages'],
    properties: {
      messages: { type: 'array', minItems: 1, items: message },
      model: { type: 'string' },
      stream: { type: 'boolean' },
      question: { type: 'string', maxLength: 4000 },
      sources: { type: 'array', maxItems: 50, items: source }
    }
  }
} as const

const ids = { type: 'array', maxItems: 1000, items: { type: 'string' } } as const
export const changesSchema = { body: { type: 'object', required: ['added', 'changed'], properties: { added: ids, changed: ids } } } as const
