// Whether the process is about to end by itself: what is scheduled then must not keep it running.

let watched = false
let last = false

/** Begins to look; {@link isLastTurn} knows nothing before. */
export function watchLastTurn(): void {
  if (watched) return
  watched = true
  process.prependListener('beforeExit', () => {
    last = true
    // When somebody has found more to do it was not the last turn.
    setImmediate(() => (last = false)).unref()
  })
}

/** Node emits `beforeExit` again after whatever was scheduled in it has run: a line logged there would call for the next one, for ever. */
export const isLastTurn = (): boolean => last
