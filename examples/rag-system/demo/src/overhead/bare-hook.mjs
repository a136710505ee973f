// Preloaded into a service: the SDK's face is answered by bare.ts, which does none of its work.
import { register } from 'node:module'

register('./bare-loader.mjs', import.meta.url)
