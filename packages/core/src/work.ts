// Work that an application names itself: stages of a pipeline, jobs, tools and agents.
import type { AgentAttributes, Attributes, StageAttributes, ToolAttributes, Value, Values } from './attributes.js'
import { startOperation, withOperation } from './context.js'
import { type Observers, observerList } from './observer.js'
import type { Operation } from './operation.js'
import { type Duration, durationMs } from './options.js'

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
export function job<T>(name: string, { maxAge, ...attributes }: JobOptions, fn: (job: Work<'job'>) => T): T {
  const limit = maxAge === undefined ? undefined : durationMs('maxAge', maxAge)
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
  const { observers, ...attributes } = given
  const operation = startOperation(kind, name, attributes as Attributes[K], observers && observerList(observers))
  return settle(operation, () => withOperation(operation, () => fn(operation)))
}

/** Ends an operation with what a function returns, throws, resolves or rejects with; the result passes unchanged. */
export function settle<T>(operation: Operation, fn: () => T): T {
  let result: T
  try {
    result = fn()
  } catch (error) {
    operation.end(outcomeOf(error), error)
    throw error
  }
  if (!isThenable(result)) {
    operation.end('ok')
    return result
  }
  // A second branch of the promise: the caller's own is returned as it is, and its rejection stays the caller's to handle.
  result.then(
    () => operation.end('ok'),
    (error: unknown) => operation.end(outcomeOf(error), error)
  )
  return result
}

/** How an operation that failed with this error ended. */
export function outcomeOf(error: unknown): 'error' | 'aborted' | 'timeout' {
  const name = (error as { name?: unknown } | null | undefined)?.name
  return name === 'AbortError' ? 'aborted' : name === 'TimeoutError' ? 'timeout' : 'error'
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
