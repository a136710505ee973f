// checkFiles(): every expression of every file against what is known.
import type { Model } from '../config/model.js'
import { compare } from './compare.js'
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

/**
 * Checks files (path to text) against the catalogue of the model, or against a live page of metrics.
 * Metrics of the catalogue that a live page does not show yet are taken from the catalogue: a page only shows what has happened.
 */
export function checkFiles(model: Model, files: Readonly<Record<string, string>>, page?: string): Problem[] {
  const known: Map<string, Known> = fromDefinitions(Object.values(model.metrics))
  if (page !== undefined)
    for (const [name, each] of fromDefinitions(definitionsOfPage(page)))
      known.set(name, { ...each, values: known.get(name)?.values ?? new Map() })
  const contents: [string, FileContent][] = []
  const problems: Problem[] = []
  for (const [file, text] of Object.entries(files)) {
    if (!/\.(ya?ml|json)$/.test(file) || /\/tests\/|elasticsearch|terraform\/.*\.md/.test(file)) continue
    try {
      contents.push([file, expressionsOf(file, text)])
    } catch (error) {
      problems.push({
        file,
        place: 'the file',
        problem: `cannot be read: ${(error as Error).message.split('\n')[0]}`,
        fix: 'correct it or generate it again'
      })
    }
  }
  // Twice, because rules read each other in any order.
  for (let pass = 0; pass < 2; pass++) for (const [, { records }] of contents) addRecorded(known, records)
  for (const [file, { expressions }] of contents)
    for (const { place, expr } of expressions)
      for (const { problem, fix } of compare(expr, known, model.targets.prometheus))
        problems.push({ file, place: place || 'the file', problem, fix })
  return problems
}
