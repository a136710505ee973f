// What the routes of rag-engine take.

/** With something in it, and no NUL, which PostgreSQL takes in no text. */
const question = { type: 'string', maxLength: 4000, pattern: '^[^\\0]*[^\\0\\s][^\\0]*$' } as const
const ids = { type: 'array', maxItems: 1000, items: { type: 'string' } } as const

export const passagesSchema = {
  querystring: {
    type: 'object',
    required: ['question'],
    properties: { question, k: { type: 'integer', minimum: 1, maximum: 20, default: 5 } }
  }
} as const

export const answersSchema = {
  body: { type: 'object', required: ['question'], properties: { question, stream: { type: 'boolean' }, model: { type: 'string' } } }
} as const

export const changesSchema = { body: { type: 'object', required: ['added', 'changed'], properties: { added: ids, changed: ids } } } as const
