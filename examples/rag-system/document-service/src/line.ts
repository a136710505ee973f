// The way to one listener: notices go in their order, many at once where many wait; what cannot be told now is told until it succeeds.
import { setTimeout as pause } from 'node:timers/promises'
import type { Notice } from '@rag-example/store'
import type { DocumentsChanged } from '@rag-example/wire'

export interface Line {
  /** Resolves when they were told, with true, or when they wait to be told again. */
  add(notices: readonly Notice[]): Promise<boolean>
  waiting(): number
}

export interface LineOptions {
  /** Whether the listener took it. */
  send(change: DocumentsChanged): Promise<boolean>
  /** These were told. */
  reached(notices: readonly Notice[]): void
  /** First pause before telling again, milliseconds; doubled up to half a minute. */
  readonly pauseMs: number
}

const MAX_PAUSE_MS = 30_000
/** Listeners take up to 1000 documents in one change. */
const MOST = 500

export function createLine({ send, reached, pauseMs }: LineOptions): Line {
  const queue: Notice[] = []
  /** Who waits for the first attempt to tell what they added. */
  const heard = new Map<Notice, (told: boolean) => void>()
  let working = false
  let down = false

  const answer = (notices: readonly Notice[], told: boolean) => {
    for (const notice of notices) {
      heard.get(notice)?.(told)
      heard.delete(notice)
    }
  }
  const work = async (): Promise<void> => {
    for (let wait = pauseMs; queue.length > 0; ) {
      const some = queue.slice(0, MOST)
      down = !(await send(changeOf(some)))
      if (!down) {
        queue.splice(0, some.length)
        reached(some)
        answer(some, true)
        wait = pauseMs
        continue
      }
      answer([...heard.keys()], false)
      await pause(wait, undefined, { ref: false })
      wait = Math.min(wait * 2, MAX_PAUSE_MS)
    }
    working = false
  }

  return {
    async add(notices) {
      queue.push(...notices)
      if (down) return false
      const answers = notices.map((notice) => new Promise<boolean>((resolve) => heard.set(notice, resolve)))
      if (!working) {
        working = true
        void work()
      }
      return (await Promise.all(answers)).every(Boolean)
    },
    waiting: () => queue.length
  }
}

function changeOf(notices: readonly Notice[]): DocumentsChanged {
  const documents = (of: boolean) => [...new Set(notices.filter(({ added }) => added === of).map(({ document }) => document))]
  return { added: documents(true), changed: documents(false) }
}
