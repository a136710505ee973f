// What every server of this benchmark has in common: it listens, tells its CPU time, flushes and counts on request.

/**
 * @param {{ listen: () => Promise<number>, flush?: () => Promise<void>, metrics?: () => Promise<string>, dropped?: () => number }} server
 */
export async function serve({ listen, flush, metrics, dropped }) {
  const port = await listen()
  process.on('message', async (question) => {
    if (question === 'cpu') process.send({ cpu: process.cpuUsage() })
    if (question === 'flush') {
      await flush?.()
      process.send({ flushed: true })
    }
    // A stack that does not count its drops says nothing.
    if (question === 'dropped') process.send({ dropped: dropped?.() ?? -1 })
    if (question === 'metrics') process.send({ metrics: (await metrics?.()) ?? '' })
  })
  process.on('disconnect', () => process.exit(0))
  process.send({ port })
}

/** The work of the service: a small JSON answer below a route with a parameter. */
export const answer = (id) => ({ id, name: 'Ada', roles: ['reader', 'writer'], active: true })

/** The same with a question to the service behind, by a fetch. */
export async function asked(id, send) {
  const response = await send(process.env.BACKEND)
  return { ...answer(id), ...(await response.json()) }
}

export const [framework, signals, logFile] = process.argv.slice(2)
export const wants = (signal) => signals.split('+').includes(signal)
export const identity = { service: 'bench', version: '1.0.0', environment: 'production' }
