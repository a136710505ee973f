// An id for each line, by which a line that was shipped twice is found out.
import { randomBytes } from 'node:crypto'

/** A function that gives each line its own id: random for the logger, counted within it. */
export function createLineIds(): () => string {
  const prefix = randomBytes(10).toString('hex') + '-'
  let count = 0
  return () => prefix + (count++).toString(36)
}
