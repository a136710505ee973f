// What a process hears of rejections that nobody handles, while the test runner does not listen.

export async function unhandledDuring(work: () => unknown): Promise<unknown[]> {
  const heard: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  const note = (reason: unknown): void => void heard.push(reason)
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
  try {
    await work()
    await new Promise((resolve) => setTimeout(resolve, 50))
  } finally {
    process.off('unhandledRejection', note)
    for (const listener of listeners) process.on('unhandledRejection', listener)
  }
  return heard
}
