export { describe, errorTypeOf, spanKindOf, spanNameOf } from './operation.js'
