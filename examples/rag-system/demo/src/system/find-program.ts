// Finds a program on the path of this machine.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first of the names that can be run, or undefined. */
export function findProgram(...names: readonly string[]): string | undefined {
  return names.map((name) => findOn(process.env.PATH ?? '', name)).find((file) => file !== undefined)
}

export function findOn(path: string, name: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
