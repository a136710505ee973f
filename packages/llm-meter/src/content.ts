// Captures prompts and answers when asked to: sampled, masked, cut; never on its own.
import type { Masker } from '@rag/core'
import type { Call } from './call.js'
import type { Dialect } from './recognise.js'
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
  /** The text of a whole answer. */
  answer(body: unknown): string | undefined
  /** Gathers the text of a streamed answer. */
  gather(call: Call): { frame(frame: Raw): void; text(): string | undefined }
  attach(record: UsageRecord, call: Call): void
}

type Raw = Readonly<Record<string, unknown>>
/** Gathered beyond the longest text, so that a secret at its end is whole when it is masked. */
const MARGIN = 1024

export function createContentCapture({ sample = 1, maxLength = 4096 }: ContentOptions, masker: Masker | undefined): ContentCapture {
  const cut = (text: string): string => (text.length > maxLength ? `${text.slice(0, maxLength)}…` : text)
  const clean = (value: unknown): string => {
    // Cut before it is masked, too: a text of megabytes must not block the loop.
    const text =
      JSON.stringify(value, (_name, part: unknown) => (typeof part === 'string' ? part.slice(0, maxLength + MARGIN) : part)) ?? ''
    const short = text.slice(0, maxLength + MARGIN)
    // What was cut is no JSON any more: the masker reads it as text.
    return cut(masker ? (short.length < text.length ? masker.mask(short) : (JSON.stringify(masker.mask(JSON.parse(text))) ?? '')) : short)
  }
  return {
    question: (body) =>
      Math.random() < sample ? pick(body, ['messages', 'input', 'prompt', 'contents', 'system', 'instructions']) : undefined,
    answer: (body) => {
      const picked = pick(body, ['choices', 'output', 'content', 'candidates'])
      return picked === undefined ? undefined : clean(picked)
    },
    gather({ target }) {
      let gathered = ''
      return {
        frame(frame) {
          if (gathered.length < maxLength + MARGIN) gathered += textOf(target.dialect, frame)
        },
        text: () => (gathered === '' ? undefined : cut(masker ? masker.mask(gathered.slice(0, maxLength + MARGIN)) : gathered))
      }
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

interface Shape {
  delta?: unknown
  choices?: { delta?: { content?: unknown }; text?: unknown }[]
  candidates?: { content?: { parts?: { text?: unknown }[] } }[]
}

/** The text of one frame of a stream. */
function textOf(dialect: Dialect, frame: Raw): string {
  const { delta, choices, candidates } = frame as Shape
  const found =
    dialect === 'gemini'
      ? candidates?.[0]?.content?.parts?.map(({ text }) => text).join('')
      : dialect === 'anthropic'
        ? (delta as { text?: unknown } | undefined)?.text
        : dialect === 'responses'
          ? delta
          : (choices?.[0]?.delta?.content ?? choices?.[0]?.text)
  return typeof found === 'string' ? found : ''
}
