// A log file that is moved aside when it is large enough or its period is over.
import { renameSync, statSync } from 'node:fs'
import { type ArchiveOptions, createArchives } from './archive.js'
import type { LogFile } from './file.js'
import type { Output } from './writer.js'

export interface Rotation extends ArchiveOptions {
  /** Bytes after which a file is rotated; a file is never split inside one write. */
  bytes: number
  /** Length of a period in milliseconds, counted from 1970 in UTC. */
  everyMs: number
}

/** A rotating file. Rotation is one rename between two lines, so that a kill at any moment leaves every line in exactly one file. */
export function createRotatingFile(file: LogFile, { bytes, everyMs, ...options }: Rotation): Output & { tidy(): Promise<void> } {
  const archives = createArchives(file.path, options)
  let period: number | undefined
  let tidied = false

  function periodOf(time: number): number {
    return everyMs === Number.POSITIVE_INFINITY ? 0 : Math.floor(time / everyMs)
  }

  function rotate(): void {
    // Another process may have rotated it already.
    if (!file.isHere()) return file.reopen?.()
    renameSync(file.path, archives.nextName())
    file.reopen?.()
    // At once: a shipper that finds no file under the name begins the renamed one again.
    file.size()
    void archives.tidy()
  }

  return {
    ...file,
    prepare(coming) {
      file.prepare?.(coming)
      const now = periodOf(Date.now())
      if (period === undefined) {
        const there = statSync(file.path, { throwIfNoEntry: false })
        period = there && there.size > 0 ? periodOf(there.mtimeMs) : now
      }
      if (!tidied) {
        tidied = true
        void archives.tidy()
      }
      const size = file.size()
      if (size > 0 && (size + coming > bytes || period !== now)) rotate()
      period = now
    },
    tidy: archives.tidy,
    close() {
      archives.stop()
      file.close()
    }
  }
}
