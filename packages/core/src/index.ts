export type { Account } from './account.js'
export { type Admin, type AdminOptions, type AdminPage, type AdminReply, type AdminRequest, type AdminTls, startAdmin } from './admin.js'
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
export { createFetch, type FetchOptions } from './clients/fetch.js'
export { observeGlobals } from './clients/globals.js'
export { type Call, type ObserveOptions, observe } from './clients/observe.js'
export { type ObserveClientOptions, observeClient, releaseClient } from './clients/observe-client.js'
export type { Peers } from './clients/peers.js'
export {
  activeOperation,
  type Correlation,
  contextOf,
  correlation,
  identify,
  isObserved,
  runScope,
  startOperation,
  withOperation
} from './context.js'
export { coreErrors, isRagError, RagError, type RagErrorDetails } from './errors.js'
export { observeServer } from './http/node-server.js'
export { randomId, randomSpanId } from './ids.js'
export { createMasker, type Leaves, leavesOf, type Masker, type MaskerOptions, resolveMasker } from './mask/index.js'
export { joinObservers, type Observer, type Observers, observerList } from './observer.js'
export { type Identity, type IncomingTrace, type Mark, type Operation, spanOf } from './operation.js'
export { checkOptions, checkService, checkSwitch, type Duration, durationMs, LONGEST_TIMER_MS } from './options.js'
export { environmentIdentity, resourceAttributes } from './resource.js'
export { closeOnSignal } from './signals.js'
export { type Emit, type Labels, registerSource, type Source } from './source.js'
export { formatTraceparent, parseTraceparent, type TraceParent } from './traceparent.js'
export { watchPromise } from './watch-promise.js'
export {
  type AgentOptions,
  agent,
  type JobOptions,
  job,
  outcomeOf,
  type StageOptions,
  settle,
  stage,
  type ToolOptions,
  tool,
  type Work
} from './work.js'
