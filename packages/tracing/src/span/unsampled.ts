// The span of a trace that is not recorded: it has ids, so that logs and callers behind find the trace, and does nothing.
import type { Span, SpanContext } from '@opentelemetry/api'

/** One object serves all work of a process below the first span: what nobody records needs no id of its own. */
export class UnsampledSpan implements Span {
  constructor(private readonly context: SpanContext) {}

  spanContext(): SpanContext {
    return this.context
  }

  isRecording(): boolean {
    return false
  }

  setAttribute(): this {
    return this
  }

  setAttributes(): this {
    return this
  }

  addEvent(): this {
    return this
  }

  addLink(): this {
    return this
  }

  addLinks(): this {
    return this
  }

  setStatus(): this {
    return this
  }

  updateName(): this {
    return this
  }

  recordException(): void {}

  end(): void {}
}
