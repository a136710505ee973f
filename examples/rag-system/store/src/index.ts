// Documents and their passages: kept, replaced, found.
export { elasticOptions, poolOptions, type Waits } from './connections.js'
export type { NewDocument, NewPassage } from './document.js'
export { createElasticWords, type ElasticLike } from './elastic-words.js'
export { fuse } from './fuse.js'
export { createStore, type Database, type Notice, type Store, type StoreOptions } from './store.js'
export type { FoundByWords, Held, WordedDocument, Words } from './words.js'
