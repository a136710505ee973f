// rag-ops generate: writes every artifact, leaves edited files alone and says so.
import { relative } from 'node:path'
import { loadConfig } from '../config/load.js'
import { generate } from '../generate/all.js'
import { writeArtifacts } from '../generate/write.js'
import type { Command } from './types.js'

export const generateCommand: Command = {
  usage: 'generate [--force]           writes rules, tests, routes, dashboards, manifests and runbooks',
  options: { force: { type: 'boolean' } },
  async run({ values, print }) {
    const { model, output } = await loadConfig(values['config'] as string | undefined)
    const { written, unchanged, edited, removed } = writeArtifacts(output, generate(model), { force: values['force'] === true })
    print(
      `${relative(process.cwd(), output) || '.'}: ${written.length} written, ${unchanged.length} unchanged, ${removed.length} removed, ${edited.length} edited by hand`
    )
    for (const path of edited) print(`  ${path} was edited since it was generated; it is left as it is (--force overwrites)`)
    return edited.length > 0 ? 1 : 0
  }
}
