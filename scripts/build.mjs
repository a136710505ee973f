// Builds what changed, after the set-up.
import { ensureSetup } from './setup.mjs'

await ensureSetup()
