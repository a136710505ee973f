export { createMasker, type Leaves, type Masker } from './masker.js'
export type { MaskerOptions } from './options.js'

export { leavesOf, resolveMasker } from './resolve.js'
