// Worker threads tell the thread that started them, over a channel for the two of them alone; `parentPort` stays the application's.
import { BroadcastChannel, threadId, type Worker } from 'node:worker_threads'
import { onExit } from '@rag/core'
import type { Frame, Frames } from './frame.js'
import type { Members } from './members.js'
import type { Link } from './process-link.js'
import { listenShared } from './shared-listener.js'

/** How long the last words of a thread may still be on their way after its end. */
const LAST_WORDS_MS = 100

type Question = { ask: number }

function channelOf(service: string, thread: number): BroadcastChannel {
  return new BroadcastChannel(`@rag/metrics/1/${service}/${thread}`)
}

/** Questions that a thread may leave open before it is asked no more. */
const MAX_OPEN = 16

/** The starter's end: joins each thread that is started from now on. */
export function listenToThreads(service: string, members: Members): Link {
  const open = new Map<BroadcastChannel, Map<number, () => void>>()
  const channels = new Set<BroadcastChannel>()
  let asked = 0
  const join = (worker: Worker) => {
    const channel = channelOf(service, worker.threadId)
    const member = members.join()
    const waiting = new Map<number, () => void>()
    channels.add(channel)
    channel.onmessage = ({ data }: { data: unknown }) => {
      const frame = data as Frame | Question
      if (!frame || !('metrics' in frame)) return
      // A thread without metrics of this service never speaks, and is never asked.
      if (!open.has(channel)) channel.postMessage({ ask: ++asked } satisfies Question)
      open.set(channel, waiting)
      member.take(frame)
      if (frame.answers !== undefined) waiting.get(frame.answers)?.()
    }
    ;(channel as unknown as { unref(): void }).unref()
    worker.once('exit', () => {
      setTimeout(() => {
        open.delete(channel)
        channels.delete(channel)
        channel.close()
        member.end()
        for (const answered of waiting.values()) answered()
      }, LAST_WORDS_MS).unref()
    })
  }
  const unlisten = listenShared(process, 'worker', join)
  return {
    get size() {
      return open.size
    },
    ask: () =>
      Promise.all(
        [...open].map(([channel, waiting]) => {
          if (waiting.size >= MAX_OPEN) return undefined
          const number = ++asked
          return new Promise<void>((resolve) => {
            waiting.set(number, resolve)
            channel.postMessage({ ask: number } satisfies Question)
          }).then(() => waiting.delete(number))
        })
      ),
    stop() {
      unlisten()
      for (const channel of channels) channel.close()
      open.clear()
    }
  }
}

/** A thread's end: tells what is new when asked, by the clock, and at the end. */
export function tellStarter(service: string, frames: Frames, everyMs: number): { isHeard(): boolean; stop(): void } {
  const channel = channelOf(service, threadId)
  let heard = false
  const tell = (answers?: number) => {
    const next = frames.next()
    if (next.metrics.length > 0 || next.full || answers !== undefined)
      channel.postMessage(answers === undefined ? next : { ...next, answers })
  }
  channel.onmessage = ({ data }: { data: unknown }) => {
    const question = data as Question | undefined
    if (!question || !('ask' in question)) return
    heard = true
    tell(question.ask)
  }
  ;(channel as unknown as { unref(): void }).unref()
  const timer = setInterval(tell, everyMs).unref()
  const forget = onExit(() => tell())
  tell()
  return {
    isHeard: () => heard,
    stop() {
      tell()
      forget()
      clearInterval(timer)
      channel.close()
    }
  }
}
