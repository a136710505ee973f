// Work of somebody else's object, with an end: it may hang or reject.

/** Waits for the work or the deadline (of `performance.now()`). Never rejects. */
export async function bounded(work: () => Promise<void> | undefined, deadline: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  try {
    await Promise.race([
      work(),
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, deadline - performance.now()))
      })
    ])
  } catch {
    // Whoever cannot close has nothing left to say.
  } finally {
    clearTimeout(timer)
  }
}
