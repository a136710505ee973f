// checkFiles(): every expression of every file against what is known.
import type { Model } from '../config/model.js'
import { compareParsed } from './compare.js'
import { expressionsOf, type FileContent } from './expressions.js'
import { addRecorded, fromDefinitions, type Known } from './knowledge.js'
import { definitionsOfPage } from './live.js'

export interface Problem {
  readonly file: string
  /** The alert, panel or path inside the file. */
  readonly place: string
  readonly problem: string
  readonly fix: string
}

/** Files with their expressions parsed, so that they can be compared more than once. */
export interface ReadFiles {
  readonly contents: readonly (readonly [file: string, content: FileContent])[]
  readonly problems: readonly Problem[]
}

/** Reads YAML and JSON files (path to text); others and promtool tests are left out. */
export function readFiles(files: Readonly<Record<string, string>>): ReadFiles {
  const contents: [string, FileContent][] = []
  const problems: Problem[] = []
  for (const [file, text] of Object.entries(files)) {
    if (!/\.(ya?ml|json)$/.test(file) || /\/tests\/|elasticsearch\//.test(file)) continue
    try {
      contents.push([file, expressionsOf(file, text)])
    } catch (error) {
      const [reason] = (error as Error).message.split('\n')
      problems.push({ file, place: 'the file', problem: `cannot be read: ${reason}`, fix: 'correct it or generate it again' })
    }
  }
  return { contents, problems }
}

/**
 * Checks files (path to text) against the catalogue of the model, or against a live page of metrics.
 * Metrics of the catalogue that a live page does not show yet are taken from the catalogue: a page only shows what has happened.
 */
export function checkFiles(model: Model, files: Readonly<Record<string, string>>, page?: string): Problem[] {
  return checkRead(model, readFiles(files), page)
}

/** The same for files that are read already. */
export function checkRead(model: Model, { contents, problems: unreadable }: ReadFiles, page?: string): Problem[] {
  const known: Map<string, Known> = fromDefinitions(Object.values(model.metrics))
  if (page !== undefined)
    for (const [name, each] of fromDefinitions(definitionsOfPage(page)))
      known.set(name, { ...each, values: known.get(name)?.values ?? new Map() })
  const problems = [...unreadable]
  // Twice, because rules read each other in any order.
  for (let pass = 0; pass < 2; pass++) for (const [, { records }] of contents) addRecorded(known, records)
  const offered = new Set(contents.flatMap(([, content]) => content.offered))
  for (const [file, { wanted, expressions }] of contents) {
    for (const { place, name } of wanted)
      if (!offered.has(name))
        problems.push({ file, place, problem: `no adapter offers ${name}`, fix: `it offers ${[...offered].join(', ') || 'nothing'}` })
    for (const { place, expression } of expressions)
      for (const { problem, fix } of compareParsed(expression, known, model.targets.prometheus))
        problems.push({ file, place: place || 'the file', problem, fix })
  }
  return problems
}
