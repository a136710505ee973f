export type { Account } from './account.js'
export type {
  AgentAttributes,
  Attributes,
  CacheAttributes,
  ClientAttributes,
  DbAttributes,
  JobAttributes,
  Kind,
  LlmAttributes,
  LlmUsage,
  Outcome,
  ServerAttributes,
  StageAttributes,
  ToolAttributes,
  Value,
  Values
} from './attributes.js'
export { drain, failureSource, onExit } from './batch.js'
export { activeOperation, contextOf, type Correlation, correlation, identify, runScope, startOperation, withOperation } from './context.js'
export { coreErrors, isRagError, RagError, type RagErrorDetails } from './errors.js'
export { randomId, randomSpanId } from './ids.js'
export { createMasker, type Masker, type MaskerOptions } from './mask/index.js'
export { joinObservers, type Observer, observerList, type Observers } from './observer.js'
export { type Identity, type IncomingTrace, type Mark, type Operation, spanOf } from './operation.js'
export { checkOptions, checkService, type Duration, durationMs } from './options.js'
export { type Emit, type Labels, registerSource, type Source } from './source.js'
export { formatTraceparent, parseTraceparent, type TraceParent } from './traceparent.js'
