// Tells the operator on stderr that lines are being lost: once a minute a destination, and never waiting for the reader.
import { writeSync } from 'node:fs'
import { openStandard } from './standard.js'

const EVERY_MS = 60_000

export interface Notices {
  /** Says `describe()` now, or when the minute is over. */
  due(describe: () => string | undefined): void
  /** Says it now, whenever something was said before: there is no later. */
  last(describe: () => string | undefined): void
  stop(): void
}

export function createNotices(write: (text: string) => void = writeStderr): Notices {
  let last = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  function say(describe: () => string | undefined): void {
    timer = undefined
    const text = describe()
    if (text === undefined) return
    last = performance.now()
    write(`@rag/logger: ${text}\n`)
  }

  return {
    due(describe) {
      if (timer) return
      const wait = last + EVERY_MS - performance.now()
      if (wait <= 0) say(describe)
      else timer = setTimeout(say, wait, describe).unref()
    },
    last(describe) {
      clearTimeout(timer)
      say(describe)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    }
  }
}

let stderr: number | undefined

function writeStderr(text: string): void {
  try {
    stderr ??= openStandard(2)
    writeSync(stderr, text)
  } catch {
    // Nobody listens there either; the counts say it.
  }
}
