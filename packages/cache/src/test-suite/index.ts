export { memoryStoreContract } from './memory-store.js'
export { type ContractCase, redisDriverContract } from './redis-driver.js'
