// Documents and their passages: kept, replaced, found.
export { createElasticWords, type ElasticLike } from './elastic-words.js'
export { fuse } from './fuse.js'
export { createStore, type Database, type NewDocument, type NewPassage, type Store } from './store.js'
export type { FoundByWords, Words } from './words.js'
