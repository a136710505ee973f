// One logical call: counts its attempts, gathers what its replies say and settles exactly once.
import { activeOperation, type Operation, startOperation, withOperation } from '@rag/core'
import type { Reservation } from './budget/types.js'
import type { Core } from './core.js'
import type { Estimator } from './estimate.js'
import { costOf, type Pieces } from './prices/cost.js'
import type { Found } from './prices/price-list.js'
import type { Target } from './recognise.js'
import type { Estimate, RateLimit, UsageRecord } from './types.js'
import { laterUsage, readUsage, unknownUsage } from './usage.js'

type Raw = Readonly<Record<string, unknown>>

export class Call {
  readonly operation: Operation<'llm'>
  readonly startedAt = performance.now()
  /** When anything last happened, as far as it was looked at; an idle call is abandoned. */
  touchedAt = this.startedAt
  /** Bytes came since somebody last looked: cheaper than a clock for each of them. */
  active = false
  attempts = 0
  status: number | undefined
  errorType: string | undefined
  rateLimit: RateLimit | undefined
  responseModel: string | undefined
  responseId: string | undefined
  tier: string | undefined
  firstTokenMs: number | undefined
  settled = false
  /** When its last attempt failed, while a retry may still come. */
  restingSince: number | undefined
  /** Set once the owner of retries says that no attempt follows. */
  final = false
  /** The stream said that the answer is whole. */
  finished = false
  /** Settles a call whose reply is read no further. */
  close: () => void = () => this.settle('aborted')
  /** A background response whose usage comes with a later GET. */
  pending = false
  /** Tells a client's own time-out from the caller's abort, where the client hides which it was. */
  timedOut: (() => boolean) | undefined
  reservations: readonly Reservation[] | undefined
  estimator: Estimator | undefined
  input: unknown
  output: string | undefined
  prompt: { name: string; version: string } | undefined
  /** What is billed by the piece. */
  pieces: Pieces | undefined
  private raw: Raw | undefined
  private release: (() => void) | undefined

  constructor(
    readonly core: Core,
    readonly target: Target
  ) {
    this.operation = startOperation(
      'llm',
      `${target.operation} ${target.model}`,
      {
        provider: target.provider,
        model: target.model,
        responseModel: undefined,
        operation: target.operation,
        stream: target.stream,
        usage: unknownUsage(),
        costUsd: undefined,
        timeToFirstTokenMs: undefined,
        attempts: 0,
        status: undefined,
        errorType: undefined,
        estimated: false,
        host: target.host
      },
      core.observers
    )
    this.prompt = core.currentPrompt()
    core.open.add(this)
    calls.set(this.operation, this)
  }

  /** Another request goes out for this call; `reason` says why the one before it failed, where its reply does not. */
  attempt(reason = this.errorType === 'timeout' ? 'timeout' : this.status === undefined ? 'connection' : String(this.status)): void {
    this.touchedAt = performance.now()
    this.restingSince = undefined
    if (++this.attempts === 1) return
    this.operation.mark('retry', { reason })
    this.core.stats.retry(this.target.provider, this.target.model, reason)
    this.status = undefined
    this.errorType = undefined
  }

  /** The first token arrived. */
  firstToken(): void {
    if (this.firstTokenMs !== undefined || this.settled) return
    this.firstTokenMs = performance.now() - this.startedAt
    this.operation.mark('first-token')
  }

  /** Usage as it came; later figures replace earlier ones. */
  usage(raw: unknown): void {
    if (typeof raw === 'object' && raw !== null)
      this.raw = this.target.dialect === 'anthropic' ? laterUsage(this.raw, raw as Raw) : (raw as Raw)
  }

  /** Runs when the call settles. */
  onSettle(release: () => void): void {
    const before = this.release
    this.release = before
      ? () => {
          before()
          release()
        }
      : release
  }

  fail(errorType: string, status = this.status): void {
    this.errorType = errorType
    this.status = status
    this.settle('error')
  }

  /** Ends the call; the first settlement counts. Never throws. */
  settle(outcome: 'ok' | 'error' | 'aborted'): void {
    if (this.settled) return
    this.settled = true
    this.core.open.delete(this)
    this.release?.()
    const { target, operation, core } = this
    const reading = this.raw && readUsage(target.dialect, this.raw)
    if (reading?.odd) core.stats.oddity('usage_invalid')
    if (!reading && outcome === 'ok' && !this.pending) core.stats.oddity('usage_missing')
    const usage = reading?.usage ?? unknownUsage()
    const found = core.prices.find(target.provider, target.model, this.responseModel, this.tier)
    const costUsd = found && costOf(found.rates, usage, target.operation, found.factor, this.pieces)
    const guess = costUsd === undefined ? this.guess(usage, found) : undefined
    operation.set({
      estimated: guess !== undefined,
      responseModel: this.responseModel,
      usage,
      costUsd,
      timeToFirstTokenMs: this.firstTokenMs,
      attempts: this.attempts,
      status: this.status,
      errorType: this.errorType
    })
    operation.end(outcome, undefined, this.restingSince === undefined ? undefined : this.restingSince - this.startedAt)
    const identity = operation.identity
    const record: UsageRecord = {
      provider: target.provider,
      model: target.model,
      responseModel: this.responseModel,
      operation: target.operation,
      stream: target.stream,
      usage,
      costUsd,
      durationMs: operation.durationMs ?? performance.now() - this.startedAt,
      timeToFirstTokenMs: this.firstTokenMs,
      attempts: this.attempts,
      outcome,
      status: this.status,
      errorType: this.errorType,
      estimated: guess !== undefined,
      rateLimit: this.rateLimit,
      tenant: identity?.tenant,
      user: identity?.user,
      tags: identity?.tags
    }
    if (guess) record.estimate = guess
    if (this.prompt) record.prompt = this.prompt
    core.report(record, this)
  }

  /** An estimate where a reply began but its usage never came whole. A call that was refused or that never reached the model has none. */
  private guess(usage: UsageRecord['usage'], found: Found | undefined): Estimate | undefined {
    const { estimator, status, pending, target, core } = this
    if (!estimator || pending || status === undefined || status >= 400) return undefined
    try {
      const counts = estimator.estimate(usage)
      if (!counts) return undefined
      const costUsd = found && costOf(found.rates, { ...usage, ...counts }, target.operation, found.factor, this.pieces)
      const made = (guessed: number | undefined, said: number | undefined): number => (said === undefined ? (guessed ?? 0) : 0)
      const [input, output] = [made(counts.inputTokens, usage.inputTokens), made(counts.outputTokens, usage.outputTokens)]
      core.stats.estimated(target.provider, target.model, input, output, costUsd ?? 0)
      return { ...counts, costUsd }
    } catch {
      core.stats.oddity('callback')
      return undefined
    }
  }
}

const calls = new WeakMap<object, Call>()

/** The call whose request is being handed to a fetch right now; one for all copies of this module. */
const RUNNING = Symbol.for('@rag/llm-meter/running/1')
const running = globalThis as { [RUNNING]?: Call | undefined }

/**
 * Runs `fn` inside a call, so that what it does is part of the call.
 * Where nobody records, nobody asks for the context either, and none is made: the first one of a process makes every promise dearer on Node 20 and 22.
 */
export function within<T>(call: Call, fn: () => T): T {
  if (call.operation.observers.length > 0) return withOperation(call.operation, fn)
  const before = running[RUNNING]
  running[RUNNING] = call
  try {
    return fn()
  } finally {
    running[RUNNING] = before
  }
}

/** The call that the running code works for. */
export function activeCall(): Call | undefined {
  const operation = activeOperation()
  return operation && calls.get(operation)
}

/** Whether the running code already is inside a metered call: a second meter, or a second wrap, leaves it alone. */
export function insideCall(): boolean {
  return running[RUNNING] !== undefined || activeOperation()?.kind === 'llm'
}
