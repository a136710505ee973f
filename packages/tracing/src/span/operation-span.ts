// The span of an operation: made when somebody asks for it, described from the operation when somebody reads it.
import { type Attributes, type SpanContext, type SpanStatus, SpanStatusCode } from '@opentelemetry/api'
import type { Operation } from '@rag/core'
import { describe, errorTypeOf, spanKindOf, spanNameOf } from '../describe/index.js'
import { errorFacts } from './exception.js'
import { exceptionAttributes, OwnSpan, type RawEvent, type Scope, type SpanOwner } from './own-span.js'
import { type AttributeSink, objectSink } from './sink.js'
import { wallTime } from './time.js'
import { maskedText, plainAttributes, plainText } from './values.js'

export class OperationSpan extends OwnSpan {
  /** Undefined once the span is settled. */
  private operation: Operation | undefined
  private renamed = false
  private settledName: string | undefined = undefined
  private settledStatus: SpanStatus | undefined = undefined
  private described: Attributes | undefined = undefined
  private ownEvents: readonly RawEvent[] | undefined = undefined

  constructor(owner: SpanOwner, scope: Scope, operation: Operation, context: SpanContext, parent: SpanContext | undefined) {
    super(
      owner,
      scope,
      '',
      spanKindOf(operation),
      context,
      parent,
      wallTime(operation.startTime, (operation as { startMark?: number }).startMark)
    )
    this.operation = operation
  }

  override isRecording(): boolean {
    return this.operation !== undefined && this.operation.durationMs === undefined
  }

  override updateName(name: string): this {
    if (this.isRecording()) {
      super.updateName(name)
      this.renamed = true
    }
    return this
  }

  /** The operation says when it is over, not whoever holds its span. */
  override end(): void {}

  override get failure(): 'error' | 'budget' | undefined {
    const { operation } = this
    if (this.givenStatus.code === SpanStatusCode.ERROR) return 'error'
    if (operation?.outcome !== 'error' && operation?.outcome !== 'timeout') return undefined
    return errorTypeOf(operation)?.startsWith('RAG_LLM_BUDGET') ? 'budget' : 'error'
  }

  /** Called once, when the operation is recorded. */
  finish(): void {
    if (this.durationMs >= 0 || this.operation?.durationMs === undefined) return
    this.durationMs = this.operation.durationMs
    this.owner.finish(this)
  }

  override get name(): string {
    if (this.settledName !== undefined) return this.settledName
    return maskedText(
      this.renamed || !this.operation ? this.givenName : spanNameOf(this.operation),
      this.owner.mask,
      this.owner.limits.textLength
    )
  }

  /** The application's own status wins; else an error or a time-out is an error. */
  override get status(): SpanStatus {
    if (this.settledStatus) return this.settledStatus
    const { operation } = this
    if (this.givenStatus.code !== SpanStatusCode.UNSET || !operation) return super.status
    if (operation.outcome !== 'error' && operation.outcome !== 'timeout') return super.status
    const message = operation.error === undefined ? '' : errorFacts(operation.error).message
    if (message === '') return { code: SpanStatusCode.ERROR }
    return { code: SpanStatusCode.ERROR, message: maskedText(message, this.owner.mask, this.owner.limits.textLength) }
  }

  override visitAttributes(sink: AttributeSink): void {
    const { operation, owner, pairs, described: settled } = this
    if (settled) {
      for (const key in settled) sink.put(key, settled[key])
      return
    }
    if (!operation) return super.visitAttributes(sink)
    if (!pairs && !this.held?.kept) return describe(operation, sink, owner)
    // What the operation knows wins over what was set by hand, so that log, metric and span agree.
    const described: Attributes = {}
    const object = objectSink(described)
    describe(operation, object, owner)
    super.visitAttributes(object)
    for (const key in described) sink.put(key, described[key])
  }

  override get attributes(): Attributes {
    return this.described ?? super.attributes
  }

  override listEvents(): readonly RawEvent[] {
    const { operation } = this
    if (this.ownEvents) return this.ownEvents
    if (!operation || (operation.marks.length === 0 && operation.error === undefined)) return this.rawEvents
    const events = [...this.rawEvents]
    for (const { event, offsetMs, attributes } of operation.marks) {
      events.push({
        name: plainText(event),
        time: this.startMs + offsetMs,
        attributes: attributes && plainAttributes(attributes, this.owner.limits.attributes).attributes,
        dropped: 0
      })
    }
    if (operation.error !== undefined && operation.durationMs !== undefined) {
      const facts = errorFacts(operation.error)
      events.push({
        name: 'exception',
        time: this.startMs + operation.durationMs,
        attributes: exceptionAttributes({ ...facts, type: errorTypeOf(operation) ?? facts.type }),
        dropped: 0
      })
    }
    return events
  }

  override settle(): this {
    if (!this.operation || this.durationMs < 0) return this
    this.settledName = this.name
    this.settledStatus = this.status
    this.described = super.attributes
    this.ownEvents = this.listEvents()
    super.settle()
    this.operation = undefined
    return this
  }
}
