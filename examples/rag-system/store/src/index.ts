// Documents and their passages: kept, replaced, found.
export { elasticOptions, poolOptions, type Waits } from './connections.js'
export { createElasticWords, type ElasticLike } from './elastic-words.js'
export { fuse } from './fuse.js'
export { createStore, type Database, type NewDocument, type NewPassage, type Store, type StoreOptions } from './store.js'
export type { FoundByWords, Words } from './words.js'
