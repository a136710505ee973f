export { createMasker, type Masker, type MaskerOptions } from './masker.js'
