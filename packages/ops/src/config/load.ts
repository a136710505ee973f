// Loads ops.config.ts (or .js, .mjs, .json) from a folder.
import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { RagError } from '@rag/core/errors'
import { createJiti } from 'jiti'
import type { Model } from './model.js'
import { resolveConfig } from './resolve.js'
import type { OpsConfig } from './types.js'

export interface Loaded {
  readonly model: Model
  readonly file: string
  /** Where generated files go: the configuration's folder and its `output`. */
  readonly output: string
}

const NAMES = ['ops.config.ts', 'ops.config.mjs', 'ops.config.js', 'ops.config.json']

/**
 * Finds, loads and checks the configuration.
 *
 * @throws RagError `RAG_OPS_CONFIG_FILE` when there is none or it cannot be loaded, and what `resolveConfig` throws.
 */
export async function loadConfig(given?: string, folder: string = process.cwd()): Promise<Loaded> {
  const candidates = given ? [isAbsolute(given) ? given : resolve(folder, given)] : NAMES.map((name) => join(folder, name))
  const file = candidates.find((path) => existsSync(path))
  if (!file)
    throw new RagError('RAG_OPS_CONFIG_FILE', {
      option: 'config',
      value: given ?? folder,
      problem: 'there is no ops.config.ts',
      fix: 'run `rag-ops init`, or name the file with --config'
    })
  let config: OpsConfig
  try {
    config = await createJiti(file, { moduleCache: false, fsCache: false }).import<OpsConfig>(file, { default: true })
  } catch (cause) {
    throw new RagError('RAG_OPS_CONFIG_FILE', {
      option: 'config',
      value: file,
      problem: `it cannot be loaded: ${String((cause as Error).message).split('\n')[0]}`,
      fix: 'correct the file',
      cause
    })
  }
  const model = resolveConfig(config)
  return { model, file, output: resolve(dirname(file), model.output) }
}
