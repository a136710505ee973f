export { type Canary, type CanaryExit, type CanaryLeak, type CanarySecrets, createCanary } from './canary.js'
export { type ClientUnderTest, clientContract, type RunningClient } from './client.js'
export { type AdapterUnderTest, type ContractCase, httpAdapterContract, type RunningAdapter } from './http-adapter.js'
export { type Recorder, recordingObserver } from './recorder.js'
