// rag-ops check: every expression against the catalogue or a live page, and every generated file against what would be generated now.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { RagError } from '@rag/core/errors'
import { checkFiles, type Problem } from '../check/check.js'
import { compare } from '../check/compare.js'
import { addRecorded, fromDefinitions } from '../check/knowledge.js'
import { loadConfig } from '../config/load.js'
import type { Model } from '../config/model.js'
import { readSecret, secretFiles } from '../config/secrets.js'
import { generate } from '../generate/all.js'
import { runbookQueries } from '../generate/runbooks.js'
import { staleArtifacts } from '../generate/write.js'
import { recordingGroups } from '../rules/recording.js'
import type { Command } from './types.js'

export const checkCommand: Command = {
  usage: 'check [files…] [--metrics <url or file>] [--secrets]   compares expressions with the catalogue; needs no network without a URL',
  options: { metrics: { type: 'string' }, secrets: { type: 'boolean' }, json: { type: 'boolean' } },
  async run({ positionals, values, print }) {
    const { model, file, output } = await loadConfig(values['config'] as string | undefined)
    const page = typeof values['metrics'] === 'string' ? await pageAt(values['metrics']) : undefined
    const stale = staleArtifacts(output, generate(model))
    const own = [...model.include.map((path) => resolve(dirname(file), path)), ...positionals.map((path) => resolve(path))]
    const problems: Problem[] = [
      ...checkFiles(model, { ...textsIn(output), ...Object.assign({}, ...own.map(textsIn)) }, page),
      ...queryProblems(model),
      ...stale.missing.map((path) => ({ file: path, place: 'the file', problem: 'was not generated', fix: 'run `rag-ops generate`' })),
      ...stale.stale.map((path) => ({
        file: path,
        place: 'the file',
        problem: 'is older than the configuration or the catalogue',
        fix: 'run `rag-ops generate`'
      })),
      ...(values['secrets'] ? secretProblems(model) : [])
    ]
    if (values['json']) print(JSON.stringify(problems))
    else {
      for (const { file: path, place, problem, fix } of problems) print(`${path}: ${place}: ${problem}. Fix: ${fix}`)
      for (const path of stale.edited) print(`note: ${path} was edited by hand; its expressions were checked, its other text was not`)
      print(problems.length === 0 ? 'everything agrees' : `${problems.length} problems`)
    }
    return problems.length > 0 ? 1 : 0
  }
}

/** Queries of runbooks are in Markdown, so they are checked from the model. */
export function queryProblems(model: Model): Problem[] {
  const known = fromDefinitions(Object.values(model.metrics))
  for (let pass = 0; pass < 2; pass++) for (const { rules } of recordingGroups(model)) addRecorded(known, rules)
  return runbookQueries(model).flatMap(({ alert, query }) =>
    compare(query, known, model.targets.prometheus).map((each) => ({ file: `runbooks/${alert}.md`, place: query, ...each }))
  )
}

function secretProblems(model: Model): Problem[] {
  return secretFiles(model).flatMap(({ option, file }) => {
    try {
      readSecret(option, file)
      return []
    } catch (error) {
      return [{ file: 'ops.config.ts', place: option, problem: (error as Error).message, fix: (error as RagError).fix }]
    }
  })
}

/** The YAML and JSON files of a folder, or a file. */
function textsIn(path: string): Record<string, string> {
  let names: string[]
  try {
    names = statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((name) => join(path, String(name))) : [path]
  } catch {
    throw new RagError('RAG_OPS_ARGUMENT', {
      option: 'files',
      value: path,
      problem: 'there is no such file or folder',
      fix: 'run `rag-ops generate` first, or correct the path'
    })
  }
  const texts: Record<string, string> = {}
  for (const name of names.sort())
    if (/\.(ya?ml|json)$/.test(name) && !name.endsWith('.rag-ops.json') && !name.includes('node_modules') && statSync(name).isFile())
      texts[relative(process.cwd(), name)] = readFileSync(name, 'utf8')
  return texts
}

async function pageAt(source: string): Promise<string> {
  try {
    if (!/^https?:/.test(source)) return readFileSync(source, 'utf8')
    const answer = await fetch(source, { signal: AbortSignal.timeout(10_000) })
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    return await answer.text()
  } catch (cause) {
    throw new RagError('RAG_OPS_ARGUMENT', {
      option: 'metrics',
      value: source,
      problem: `the page cannot be read: ${(cause as Error).message}`,
      fix: 'give the URL of /metrics or a file with its text',
      cause
    })
  }
}
