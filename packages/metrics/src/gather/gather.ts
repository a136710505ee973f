// Several processes and threads of one service as one page: workers tell the primary, threads the one that started them.
import cluster from 'node:cluster'
import { isMainThread } from 'node:worker_threads'
import type { AdminOptions, Source } from '@rag/core'
import type { Metric } from '../storage/metric.js'
import type { Store } from '../storage/store.js'
import { framesOf } from './frame.js'
import { membersOf } from './members.js'
import { listenToWorkers } from './process-link.js'
import { listenToThreads, tellStarter } from './thread-link.js'
import { tellPrimary, type WorkerEnd } from './worker-end.js'

export interface Gather {
  /** Asks the members for what is new; one that does not answer in time is shown as it was. */
  prepare(): Promise<void>
  /** The metrics of this process and its members. */
  metrics(): Iterable<Metric>
  readonly source: Source
  /** Whether the primary, or the thread that started this one, shows what this one counts. */
  isMember(): boolean
  /** In a cluster worker: where the primary's admin listener is, opened if it was not; undefined anywhere else. */
  adminOfPrimary(options: AdminOptions): Promise<string | undefined>
  stop(): void
}

/** How often a member tells without being asked: what it counted since is lost when it is killed. */
const TELL_MS = 1000
const ANSWER_MS = 1000

export interface GatherParts {
  service: string
  store: Store
  limits: { maxSeries: number; maxSeriesPerMetric: number }
  /** Brings the store up to this moment. */
  collect(): void
  /** Opens the admin listener of this process, or says where it is. */
  admin(options: AdminOptions): Promise<string>
  warn(message: string): void
}

export function startGather({ service, store, limits, collect, admin, warn }: GatherParts): Gather {
  const members = membersOf(limits)
  const own = () => [...store.metrics.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1))
  const metrics = () => (members.any ? members.merged(own()) : own())
  const threads = listenToThreads(service, members)
  const workers = isMainThread && cluster.isPrimary ? listenToWorkers({ service, members, admin, warn }) : undefined
  const frames = framesOf(() => {
    collect()
    return metrics()
  })
  const ends: { stop(): void }[] = [threads]
  if (workers) ends.push(workers)
  let worker: WorkerEnd | undefined
  const thread = isMainThread ? undefined : tellStarter(service, frames, TELL_MS)
  if (thread) ends.push(thread)
  else if (cluster.isWorker) {
    worker = tellPrimary(service, frames, TELL_MS)
    ends.push(worker)
  }
  return {
    async prepare() {
      if (threads.size === 0 && !workers?.size) return
      await within(ANSWER_MS, Promise.all([threads.ask(), workers?.ask()]))
    },
    metrics,
    source: {
      read(emit) {
        emit('rag_metrics_members', workers?.size ?? 0, { kind: 'process' })
        emit('rag_metrics_members', threads.size, { kind: 'thread' })
      }
    },
    isMember: () => worker?.isHeard() ?? thread?.isHeard() ?? false,
    adminOfPrimary: async (options) => worker?.admin(options),
    stop() {
      for (const end of ends) end.stop()
    }
  }
}

async function within(ms: number, answers: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([answers, late])
  clearTimeout(timer)
}
