export { type Observability, observability } from './observability.js'
export type { ObservabilityOptions } from './options.js'
