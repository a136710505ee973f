// Captures prompts and answers when asked to: sampled, masked, cut; never on its own.
import type { Masker } from '@rag/core'
import type { Call } from './call.js'
import type { UsageRecord } from './types.js'

export interface ContentOptions {
  /** Share of the calls whose content is kept, 0 to 1. Default 1. */
  sample?: number
  /** The longest text kept, in characters. Default 4096. */
  maxLength?: number
}

export interface ContentCapture {
  /** What to keep of a request; undefined when this call is not sampled. */
  question(body: unknown): unknown
  /** The text of an answer. */
  answer(body: unknown): string | undefined
  attach(record: UsageRecord, call: Call): void
}

export function createContentCapture({ sample = 1, maxLength = 4096 }: ContentOptions, masker: Masker | undefined): ContentCapture {
  const clean = (value: unknown): string => {
    const text = JSON.stringify(masker ? masker.mask(value) : value) ?? ''
    return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
  }
  return {
    question: (body) => (Math.random() < sample ? pick(body, ['messages', 'input', 'prompt', 'contents', 'system']) : undefined),
    answer: (body) => {
      const picked = pick(body, ['choices', 'output', 'content', 'candidates'])
      return picked === undefined ? undefined : clean(picked)
    },
    attach(record, call) {
      if (call.input !== undefined) record.content = { input: clean(call.input), output: call.output }
    }
  }
}

/** Only the parts that are text of the user or the model. */
function pick(body: unknown, names: readonly string[]): unknown {
  if (typeof body !== 'object' || body === null) return undefined
  const found = Object.entries(body).filter(([name]) => names.includes(name))
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
