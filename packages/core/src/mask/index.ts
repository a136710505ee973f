export { createMasker, type Masker } from './masker.js'
export type { MaskerOptions } from './options.js'

export { resolveMasker } from './resolve.js'
