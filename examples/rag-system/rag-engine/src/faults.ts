// Defects that a scenario ships as a release of this service, so that there is something to find. None is there by default.

const LEAK_BYTES = 8 * 1024 * 1024
const kept: unknown[] = []
let answers = 0

/** Runs before each answer. @throws Error for every third one of the release `errors`. */
export function misbehave(fault: string | undefined): void {
  if (fault === undefined) return
  answers++
  // Numbers on the heap, held for ever: an array nobody empties.
  if (fault === 'leak') kept.push(Array.from({ length: LEAK_BYTES / 8 }, (_, index) => index + 0.5))
  if (fault === 'errors' && answers % 3 === 0) throw new Error('cannot read the answer template')
}
