// Work that an application names itself: stages of a pipeline, jobs, tools and agents.
import type { AgentAttributes, Attributes, Outcome, StageAttributes, ToolAttributes, Value, Values } from './attributes.js'
import { startOperation, withOperation } from './context.js'
import { type Observers, observerList } from './observer.js'
import type { Operation } from './operation.js'
import { type Duration, durationMs } from './options.js'
import { watchPromise } from './watch-promise.js'

/** Attributes of the work, and who records it; without observers those of the context do. */
export interface WorkOptions {
  observers?: Observers
  [attribute: string]: Value | Observers
}
export interface StageOptions extends WorkOptions, Pick<StageAttributes, 'topK' | 'documents' | 'topScore' | 'index'> {}
export interface ToolOptions extends WorkOptions, Pick<ToolAttributes, 'type' | 'callId'> {}
export interface AgentOptions extends WorkOptions, Pick<AgentAttributes, 'agentId'> {}
type Named = 'stage' | 'job' | 'tool' | 'agent'

/** What a callback gets of its operation. */
export interface Work<K extends Named> {
  /** Adds attributes, such as `documents` and `topScore` of a retrieval. */
  set(attributes: Partial<Attributes[K]>): void
  /** Notes something that happened. */
  mark(event: string, attributes?: Values): void
}

export interface JobOptions extends WorkOptions {
  /** Age of the last success beyond which the job is late. */
  maxAge?: Duration
}

/**
 * Runs a step of a RAG pipeline as an operation: duration, outcome and what it found are recorded. What `fn` returns or throws is passed on.
 *
 * @example
 * const hits = await stage('retrieve', { topK: 8 }, async (stage) => {
 *   const found = await search(question)
 *   stage.set({ documents: found.length, topScore: found[0]?.score })
 *   return found
 * })
 */
export function stage<T>(name: string, attributes: StageOptions, fn: (stage: Work<'stage'>) => T): T {
  return run('stage', name, attributes, fn)
}

/**
 * Runs a scheduled piece of work. A failure is recorded and thrown on.
 *
 * @throws RagError `RAG_CORE_DURATION` for a wrong `maxAge`, and whatever `fn` throws.
 * @example
 * await job('backup-postgres', { maxAge: '26h' }, () => backup())
 */
export function job<T>(name: string, options: JobOptions, fn: (job: Work<'job'>) => T): T {
  const { maxAge, ...attributes } = readable(options)
  const limit = maxAge === undefined ? undefined : durationMs('maxAge', maxAge as Duration)
  return run('job', name, limit === undefined ? attributes : { ...attributes, maxAgeMs: limit }, fn)
}

/**
 * Runs a tool that a model asked for.
 *
 * @example
 * await tool('weather', { callId: call.id }, () => weather(call.arguments))
 */
export function tool<T>(name: string, attributes: ToolOptions, fn: (tool: Work<'tool'>) => T): T {
  return run('tool', name, attributes, fn)
}

/**
 * Runs an agent; the tools, stages and model calls inside are its children.
 *
 * @example
 * await agent('researcher', {}, () => research(question))
 */
export function agent<T>(name: string, attributes: AgentOptions, fn: (agent: Work<'agent'>) => T): T {
  return run('agent', name, attributes, fn)
}

function run<K extends Named, T>(kind: K, name: string, given: WorkOptions, fn: (work: Work<K>) => T): T {
  const { observers, ...attributes } = readable(given)
  const operation = startOperation(kind, name, attributes as Attributes[K], observers && observerList(observers))
  return settle(operation, () => withOperation(operation, () => fn(operation)))
}

/** A name that may be anything. */
export function readableName(name: unknown): string {
  if (typeof name === 'string') return name
  try {
    return String(name)
  } catch {
    return 'unreadable'
  }
}

/** What can be read of attributes that may be a proxy, have getters that throw, or be none. */
export function readable(given: unknown): WorkOptions {
  const read: WorkOptions = {}
  try {
    if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) return read
    for (const key of Object.keys(given)) {
      try {
        read[key] = (given as WorkOptions)[key]
      } catch {
        // A getter that throws costs its own attribute.
      }
    }
  } catch {
    // What does not tell its keys has none.
  }
  return read
}

/** Ends an operation with what a function returns, throws, resolves or rejects with; the result passes unchanged. */
export function settle<T>(operation: Operation, fn: () => T, outcome: (error: unknown) => Outcome = outcomeOf): T {
  let result: T
  try {
    result = fn()
  } catch (error) {
    operation.end(outcome(error), error)
    throw error
  }
  const then = thenOf(result)
  if (!then) {
    operation.end('ok')
    return result
  }
  const succeed = (): void => operation.end('ok')
  const fail = (error: unknown): void => operation.end(outcome(error), error)
  if (result instanceof Promise) return watchPromise(result, succeed, fail)
  // A query that runs whenever it is awaited, as query builders have it, must run once: the caller awaits the run that is recorded.
  const running = new Promise((resolve, reject) => withOperation(operation, () => then.call(result, resolve, reject)))
  return watchPromise(running, succeed, fail) as T
}

/** How an operation that failed with this error ended. */
export function outcomeOf(error: unknown): 'error' | 'aborted' | 'timeout' {
  let name: unknown
  try {
    name = (error as { name?: unknown } | null | undefined)?.name
  } catch {
    // An error that throws when it is read is an error.
  }
  return name === 'AbortError' ? 'aborted' : name === 'TimeoutError' ? 'timeout' : 'error'
}

function thenOf(value: unknown): PromiseLike<unknown>['then'] | undefined {
  try {
    const then = (value as { then?: unknown } | null | undefined)?.then
    return typeof then === 'function' ? (then as PromiseLike<unknown>['then']) : undefined
  } catch {
    return undefined
  }
}
