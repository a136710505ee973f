// Estimates the tokens of a call whose provider did not say them, from the texts that went by; only when asked to, and kept apart from what was billed.
import { boundedTogether, boundedTokenizer, type CountTokens, estimateTokens } from './prompt/tokens.js'
import type { Dialect, Target } from './recognise.js'
import type { Estimate, UsageRecord } from './types.js'

export interface EstimateOptions {
  /** Counts the tokens of a text; whatever it costs, it is given about 3 ms. Default: `estimateTokens`. */
  count?: CountTokens
}

export interface Estimator {
  /** A frame of a streamed answer. */
  frame(frame: Raw): void
  /** A whole answer. */
  answer(body: unknown): void
  /** The counts that the usage lacks; undefined when none can be told. */
  estimate(usage: UsageRecord['usage']): Pick<Estimate, 'inputTokens' | 'outputTokens'> | undefined
}

type Raw = Readonly<Record<string, unknown>>

/** Members whose texts the model reads or writes. */
const TEXTS = new Set(
  'text content input prompt system instructions arguments partial_json thinking reasoning_content reasoning refusal output description'.split(
    ' '
  )
)
const QUESTION = ['messages', 'input', 'prompt', 'contents', 'system', 'instructions', 'systemInstruction', 'tools']
const ANSWER = ['choices', 'output', 'content', 'candidates', 'delta', 'content_block']
/** Parts and state whose tokens no text tells. */
const UNTOLD = /^(image|audio|video|file|document|input_image|input_file|input_audio|image_url|inline_?data|file_?data)$/i
const REMOTE = ['previous_response_id', 'conversation', 'cachedContent']
/** What the format of a chat adds to each message. */
const PER_MESSAGE = 4
/** Deltas are counted this many characters at a time, so that words are whole. */
const GATHERED = 400

export function createEstimator({ count }: EstimateOptions): (target: Target, body: unknown) => Estimator {
  const counter = count ? boundedTokenizer(count) : estimateTokens
  return ({ dialect }, question) => {
    let outputTokens = 0
    let waiting = ''
    const flush = (): void => {
      if (waiting !== '') outputTokens += counter(waiting)
      waiting = ''
    }
    return {
      frame(frame) {
        for (const text of answered(dialect, frame)) waiting += text
        if (waiting.length >= GATHERED) flush()
      },
      answer: (body) => {
        outputTokens += sum(textsOf(body, ANSWER), counter) ?? 0
      },
      estimate(usage) {
        flush()
        const input = usage.inputTokens ?? inputOf(question, counter)
        // Nothing seen is nothing known: the model may have reasoned unseen.
        const output = usage.outputTokens ?? (outputTokens > 0 ? outputTokens : undefined)
        return input === usage.inputTokens && output === usage.outputTokens ? undefined : { inputTokens: input, outputTokens: output }
      }
    }
  }
}

function inputOf(body: unknown, counter: CountTokens): number | undefined {
  if (typeof body !== 'object' || body === null || REMOTE.some((name) => (body as Raw)[name])) return undefined
  const tokens = sum(textsOf(body, QUESTION), counter)
  const { messages, contents } = body as { messages?: unknown; contents?: unknown }
  const list = messages ?? contents
  return tokens === undefined ? undefined : tokens + (Array.isArray(list) ? list.length * PER_MESSAGE : 0)
}

/** The new text of a frame. The events of the Responses API repeat what their deltas said. */
function answered(dialect: Dialect, frame: Raw): Iterable<string> {
  if (dialect !== 'responses') return textsOf(frame, ANSWER) as Iterable<string>
  return typeof frame['delta'] === 'string' ? [frame['delta']] : []
}

function sum(texts: Iterable<string | undefined>, counter: CountTokens): number | undefined {
  const count = boundedTogether(counter)
  let tokens = 0
  for (const text of texts) {
    if (text === undefined) return undefined
    tokens += count(text)
  }
  return tokens
}

/** The texts under these members, in order; an undefined one stands for a part whose tokens no text tells. */
function* textsOf(body: unknown, names: readonly string[]): Generator<string | undefined> {
  if (typeof body !== 'object' || body === null) return
  for (const name of names) yield* walk((body as Raw)[name], name)
}

function* walk(value: unknown, name: string): Generator<string | undefined> {
  if (typeof value === 'string') {
    if (TEXTS.has(name)) yield value
  } else if (Array.isArray(value)) for (const part of value) yield* walk(part, name)
  else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) {
      if (UNTOLD.test(key) || (key === 'type' && UNTOLD.test(String(part)))) yield undefined
      else yield* walk(part, key)
    }
}
