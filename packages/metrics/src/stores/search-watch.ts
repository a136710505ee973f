// The searches of this process, through the diagnostic events of the official client: time beyond `took`, failed shards.

interface Diagnostic {
  on(event: 'request' | 'response', listener: (error: unknown, result: Event | undefined) => void): unknown
  off?(event: 'request' | 'response', listener: (error: unknown, result: Event | undefined) => void): unknown
}
interface Event {
  body?: { took?: unknown; _shards?: { failed?: unknown } } | undefined
  meta?: { request?: { id?: unknown } }
}

/** Requests whose answer is awaited; more than these are not timed. */
const MAX_OPEN = 1000

export interface SearchWatch {
  overheadSeconds(): number
  failedShards(): number
  stop(): void
}

export function watchSearches(client: object): SearchWatch {
  const diagnostic = (client as { diagnostic?: Diagnostic }).diagnostic
  const open = new Map<unknown, number>()
  let overheadMs = 0
  let failed = 0
  const start = (_error: unknown, result: Event | undefined) => {
    if (open.size < MAX_OPEN) open.set(result?.meta?.request?.id, performance.now())
  }
  const end = (_error: unknown, result: Event | undefined) => {
    const id = result?.meta?.request?.id
    const started = open.get(id)
    open.delete(id)
    const { took, _shards: shards } = result?.body ?? {}
    if (started !== undefined && typeof took === 'number') overheadMs += Math.max(0, performance.now() - started - took)
    if (typeof shards?.failed === 'number') failed += shards.failed
  }
  diagnostic?.on('request', start)
  diagnostic?.on('response', end)
  return {
    overheadSeconds: () => overheadMs / 1000,
    failedShards: () => failed,
    stop() {
      diagnostic?.off?.('request', start)
      diagnostic?.off?.('response', end)
    }
  }
}
