// Our span: one object that is the API's Span and the SDK's ReadableSpan, cheap to make and to record.
import {
  type Attributes,
  type AttributeValue,
  type HrTime,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput
} from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base'
import type { OldNames } from '../describe/old-names.js'
import type { Held } from '../sampling/late.js'
import { errorFacts } from './exception.js'
import { type AttributeSink, objectSink } from './sink.js'
import { hrTime, isTime, readTime } from './time.js'
import { maskedContext } from './trace-state.js'
import {
  attributeValue,
  eachAttribute,
  isKey,
  type Mask,
  maskedKey,
  maskedText,
  maskedValue,
  plainAttributes,
  plainText,
  type SpanLimits
} from './values.js'

export interface Scope {
  readonly name: string
  readonly version?: string
  readonly schemaUrl?: string
}

/** What a span needs of the tracing that made it. */
export interface SpanOwner {
  readonly resource: Resource
  readonly limits: SpanLimits
  readonly mask: Mask
  /** Conventions that are written under their old names too. */
  readonly oldNames?: OldNames | undefined
  /** Takes a span that has ended and was recorded. */
  finish(span: OwnSpan): void
}

/** An event before it is masked. */
export interface RawEvent {
  readonly name: string
  readonly time: number
  readonly attributes: Attributes | undefined
  readonly dropped: number
}

const UNSET: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET })
const NO_EVENTS: RawEvent[] = Object.freeze([]) as unknown as RawEvent[]
/** A list may be as long as its length says. */
const MOST_READ = 1024
const NO_LINKS: Link[] = Object.freeze([]) as unknown as Link[]

export class OwnSpan implements Span, ReadableSpan {
  readonly owner: SpanOwner
  context: SpanContext
  kind: SpanKind
  parentSpanContext?: SpanContext = undefined as unknown as SpanContext
  readonly instrumentationScope: Scope
  readonly startMs: number
  /** The monotonic clock at the start, so that a wall clock that is set changes no duration; negative if the start was given. */
  private readonly startMark: number
  /** Negative while the span runs. */
  durationMs = -1
  /** What the application set: key, value, key, value. A list is cheaper to fill than an object and is encoded as it stands. */
  protected pairs: (string | AttributeValue)[] | undefined = undefined
  protected givenName: string
  protected givenStatus: SpanStatus = UNSET
  protected rawEvents: RawEvent[] = NO_EVENTS
  rawLinks: Link[] = NO_LINKS
  droppedAttributesCount = 0
  droppedEventsCount = 0
  droppedLinksCount = 0
  /** Set on a span that is not sampled but kept until its request has ended. */
  held: Held | undefined = undefined
  private readAttributes: Attributes | undefined = undefined
  private readEvents: TimedEvent[] | undefined = undefined

  constructor(
    owner: SpanOwner,
    scope: Scope,
    name: string,
    kind: SpanKind,
    context: SpanContext,
    parent: SpanContext | undefined,
    startMs: number,
    startMark = -1
  ) {
    this.owner = owner
    this.instrumentationScope = scope
    this.givenName = name
    this.kind = kind
    this.context = context
    this.parentSpanContext = parent
    this.startMs = startMs
    this.startMark = startMark
  }

  spanContext(): SpanContext {
    return this.context
  }

  isRecording(): boolean {
    return this.durationMs < 0
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.isRecording()) return this
    const plain = attributeValue(value)
    if (plain === undefined || !isKey(key)) return this
    this.setPair(key, plain)
    return this
  }

  setAttributes(attributes: Attributes): this {
    if (this.isRecording()) eachAttribute(attributes, (key, value) => this.setPair(key, value))
    return this
  }

  /** @internal Attributes given at the start; the object is the caller's and may be hostile. */
  take(attributes: Attributes): void {
    eachAttribute(attributes, (key, value) => this.setPair(key, value))
  }

  private setPair(key: string, value: AttributeValue): void {
    const pairs = (this.pairs ??= [])
    for (let index = 0; index < pairs.length; index += 2) {
      if (pairs[index] === key) {
        pairs[index + 1] = value
        return
      }
    }
    if (pairs.length >= this.owner.limits.attributes * 2) this.droppedAttributesCount++
    else pairs.push(key, value)
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.isRecording()) return this
    const isMoment = isTime(attributesOrTime)
    const moment = time ?? (isMoment ? attributesOrTime : undefined)
    this.pushEvent(plainText(name), readTime(moment), isMoment ? undefined : attributesOrTime)
    return this
  }

  private pushEvent(name: string, time: number, given: unknown): void {
    if (this.rawEvents.length >= this.owner.limits.events) {
      this.droppedEventsCount++
      return
    }
    if (this.rawEvents === NO_EVENTS) this.rawEvents = []
    const { attributes, dropped } =
      given === undefined ? { attributes: undefined, dropped: 0 } : plainAttributes(given, this.owner.limits.attributes)
    this.rawEvents.push({ name, time, attributes, dropped })
  }

  addLink(link: Link): this {
    if (!this.isRecording()) return this
    try {
      const { attributes } = link
      const { traceId, spanId, traceFlags, isRemote, traceState } = link.context
      const context: SpanContext = { traceId, spanId, traceFlags: Number(traceFlags) & 0xff }
      if (!isSpanContextValid(context)) return this
      if (isRemote) context.isRemote = true
      if (traceState) context.traceState = traceState
      if (this.rawLinks.length >= this.owner.limits.links) {
        this.droppedLinksCount++
        return this
      }
      if (this.rawLinks === NO_LINKS) this.rawLinks = []
      this.rawLinks.push(
        attributes ? { context, attributes: plainAttributes(attributes, this.owner.limits.attributes).attributes } : { context }
      )
    } catch {
      // A link that cannot be read is no link.
    }
    return this
  }

  addLinks(links: Link[]): this {
    let seen = 0
    try {
      for (const link of links) {
        if (seen++ >= MOST_READ) break
        this.addLink(link)
      }
    } catch {
      // As above.
    }
    return this
  }

  setStatus(status: SpanStatus): this {
    if (!this.isRecording()) return this
    try {
      const { code, message } = status
      // OpenTelemetry: OK is final, UNSET is ignored.
      if ((code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) || this.givenStatus.code === SpanStatusCode.OK) return this
      this.givenStatus = code === SpanStatusCode.ERROR && typeof message === 'string' ? { code, message } : { code }
    } catch {
      // A status that cannot be read says nothing.
    }
    return this
  }

  updateName(name: string): this {
    if (this.isRecording()) this.givenName = plainText(name)
    return this
  }

  recordException(exception: unknown, time?: TimeInput): void {
    if (!this.isRecording()) return
    const facts = errorFacts(exception)
    this.pushEvent('exception', readTime(time), exceptionAttributes(facts))
  }

  end(time?: TimeInput): void {
    if (this.durationMs >= 0) return
    const { startMark } = this
    this.durationMs = Math.max(time === undefined && startMark >= 0 ? performance.now() - startMark : readTime(time) - this.startMs, 0)
    this.owner.finish(this)
  }

  /** Whether this span says that something failed, and whether at a budget. */
  get failure(): 'error' | 'budget' | undefined {
    return this.givenStatus.code === SpanStatusCode.ERROR ? 'error' : undefined
  }

  get name(): string {
    return maskedText(this.givenName, this.owner.mask, this.owner.limits.textLength)
  }

  get status(): SpanStatus {
    const { code, message } = this.givenStatus
    return message === undefined ? this.givenStatus : { code, message: maskedText(message, this.owner.mask, this.owner.limits.textLength) }
  }

  get resource(): Resource {
    return this.owner.resource
  }

  get ended(): boolean {
    return this.durationMs >= 0
  }

  get startTime(): HrTime {
    return hrTime(this.startMs)
  }

  get endTime(): HrTime {
    return this.durationMs < 0 ? [0, 0] : hrTime(this.startMs + this.durationMs)
  }

  get duration(): HrTime {
    return this.durationMs < 0 ? [0, 0] : hrTime(this.durationMs)
  }

  /** Attributes as they leave the process, masked. */
  get attributes(): Attributes {
    if (this.readAttributes) return this.readAttributes
    const attributes: Attributes = {}
    this.visitAttributes(objectSink(attributes, this.owner.mask))
    if (this.ended) this.readAttributes = attributes
    return attributes
  }

  get links(): Link[] {
    return this.rawLinks.map(({ context: given, attributes }) => {
      const context = maskedContext(given, this.owner.mask)
      return attributes ? { context, attributes: this.masked(attributes) } : { context }
    })
  }

  get events(): TimedEvent[] {
    if (this.readEvents) return this.readEvents
    const events = this.listEvents().map(({ name, time, attributes, dropped }) => ({
      name: maskedText(name, this.owner.mask, this.owner.limits.textLength),
      time: hrTime(time),
      attributes: attributes ? this.masked(attributes) : {},
      droppedAttributesCount: dropped
    }))
    if (this.ended) this.readEvents = events
    return events
  }

  /** Hands every attribute, masked, to a sink; no key twice. */
  visitAttributes(sink: AttributeSink): void {
    const { pairs, owner, held } = this
    if (held?.kept) sink.known('rag.sampling.kept', held.kept)
    if (!pairs) return
    for (let index = 0; index < pairs.length; index += 2) {
      const key = pairs[index] as string
      const value = pairs[index + 1]!
      if (typeof value === 'string') sink.given(key, value, owner)
      else sink.put(key, typeof value === 'object' ? maskedValue(value, owner.mask, owner.limits.textLength, key) : value)
    }
  }

  /** Events of the application and of the span itself, not yet masked. */
  listEvents(): readonly RawEvent[] {
    return this.rawEvents
  }

  /** Reads everything once, so that the span may be kept without what it was made from. */
  settle(): this {
    void this.attributes
    void this.events
    this.context = maskedContext(this.context, this.owner.mask)
    if (this.parentSpanContext) this.parentSpanContext = maskedContext(this.parentSpanContext, this.owner.mask)
    return this
  }

  private masked(attributes: Attributes): Attributes {
    const masked: Attributes = {}
    for (const key in attributes)
      masked[maskedKey(key, this.owner.mask)] = maskedValue(
        attributes[key]!,
        this.owner.mask,
        key === 'exception.stacktrace' ? 4 * this.owner.limits.textLength : this.owner.limits.textLength,
        key
      )
    return masked
  }
}

export function exceptionAttributes({ type, message, stack }: { type: string; message: string; stack: string }): Attributes {
  const attributes: Attributes = { 'exception.type': type, 'exception.message': message }
  if (stack !== '') attributes['exception.stacktrace'] = stack
  return attributes
}
