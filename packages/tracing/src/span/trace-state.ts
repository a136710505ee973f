// The trace state as it may leave the process: a caller or a sampler wrote it, so it passes the mask as any text does.
import { createTraceState, type SpanContext } from '@opentelemetry/api'
import { type Mask, maskedText } from './values.js'

const LONGEST = 512

/** The text of a trace state, masked; empty if there is none, or none that can be read. */
export function stateText({ traceState }: SpanContext, mask: Mask): string {
  if (!traceState) return ''
  try {
    return maskedText(String(traceState.serialize()), mask, LONGEST)
  } catch {
    return ''
  }
}

/** The same context with a trace state that holds no secret. */
export function maskedContext(context: SpanContext, mask: Mask): SpanContext {
  if (!context.traceState) return context
  const { traceState: _, ...rest } = context
  const text = stateText(context, mask)
  return text === '' ? rest : { ...rest, traceState: createTraceState(text) }
}
