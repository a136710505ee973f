// The rotated files of a log: their names, their compression, and which of them are kept.

import { createReadStream, createWriteStream } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { LONGEST_TIMER_MS } from '@rag/core'

/** How long rotated files are kept; a file that is beyond any of the bounds goes. */
export interface Keep {
  /** Number of rotated files. */
  files?: number | undefined
  /** Milliseconds since the file was last written. */
  ageMs?: number | undefined
  /** Bytes of all rotated files together. */
  bytes?: number | undefined
}

export interface Archives {
  /** A name for the file that is rotated now; it sorts by time. */
  nextName(): string
  /** Compresses and removes what is due, and comes back for what is not; one run at a time, and another when asked meanwhile. Never rejects. */
  tidy(): Promise<void>
  /** Comes back no more; what is not compressed yet is left to the next start. */
  stop(): void
}

export interface ArchiveOptions {
  /** Milliseconds for which a rotated file stays as it is, so that a shipper can read it to its end; without it no file is compressed. */
  gzipAfterMs?: number | undefined
  keep: Keep
}

const STAMP = /^-\d{8}T\d{9}Z-\d{4}$/

/**
 * Archives beside a log file: `app.log` becomes `app-20260102T030405006Z-0001.log`, then `….log.gz`.
 * A rotated file stays as it is for a while, because whoever ships lines may be behind. Then its compressed form takes its name,
 * when it is complete and on the disk, and the original goes after that: killed at any moment, the next start finishes the work,
 * and a file that stands both ways counts once.
 */
export function createArchives(path: string, { gzipAfterMs, keep }: ArchiveOptions): Archives {
  const directory = dirname(path)
  const extension = extname(path)
  const stem = basename(path, extension)
  let count = 0
  let running: Promise<void> | undefined
  let again = false
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  function nextName(): string {
    const stamp = new Date().toISOString().replace(/[-:.]/g, '')
    count = (count + 1) % 10_000
    return join(directory, `${stem}-${stamp}-${String(count).padStart(4, '0')}${extension}`)
  }

  function isArchive(name: string): boolean {
    const plain = plainName(name)
    return plain.startsWith(stem) && plain.endsWith(extension) && STAMP.test(plain.slice(stem.length, plain.length - extension.length))
  }

  async function run(): Promise<void> {
    const names = (await readdir(directory)).sort()
    for (const name of names) await removeUnfinished(name)
    const archives = names.filter(isArchive)
    if (gzipAfterMs !== undefined) await compressDue(archives, gzipAfterMs)
    await prune()
  }

  async function compressDue(archives: readonly string[], afterMs: number): Promise<void> {
    const compressed = new Set(archives.filter((name) => name.endsWith('.gz')))
    let soonest = Number.POSITIVE_INFINITY
    for (const name of archives) {
      if (compressed.has(name)) continue
      const path = join(directory, name)
      // A rename is a change of the file, and so is unpacking an archive again for a shipper that has missed it.
      const wait = Math.min((await stat(path)).ctimeMs + afterMs - Date.now(), afterMs)
      if (wait > 0) {
        soonest = Math.min(soonest, wait)
        continue
      }
      if (!compressed.has(`${name}.gz`)) await compress(path)
      await rm(path, { force: true })
    }
    clearTimeout(timer)
    if (soonest < Number.POSITIVE_INFINITY && !stopped) timer = setTimeout(tidy, Math.min(soonest, LONGEST_TIMER_MS)).unref()
  }

  /** What a killed process has left. */
  async function removeUnfinished(name: string): Promise<void> {
    const match = /^(.*)\.gz\.(\d+)\.tmp$/.exec(name)
    if (match && isArchive(match[1]!) && !isAlive(Number(match[2]))) await rm(join(directory, name), { force: true })
  }

  async function prune(): Promise<void> {
    const { files = Number.POSITIVE_INFINITY, ageMs = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = keep
    let kept = 0
    let total = 0
    let last = ''
    for (const name of (await readdir(directory)).filter(isArchive).sort().reverse()) {
      const { size, mtimeMs } = await stat(join(directory, name))
      if (plainName(name) !== last) kept++
      last = plainName(name)
      total += size
      if (kept > files || total > bytes || Date.now() - mtimeMs > ageMs) await rm(join(directory, name), { force: true })
    }
  }

  async function tidy(): Promise<void> {
    if (running) {
      again = true
      return running
    }
    running = (async () => {
      do {
        again = false
        // A full disk or a directory that is gone: the next rotation tries again.
        await run().catch(() => {})
      } while (again)
      running = undefined
    })()
    return running
  }

  return {
    nextName,
    tidy,
    stop() {
      stopped = true
      clearTimeout(timer)
    }
  }
}

function plainName(name: string): string {
  return name.endsWith('.gz') ? name.slice(0, -3) : name
}

async function compress(path: string): Promise<void> {
  const unfinished = `${path}.gz.${process.pid}.tmp`
  try {
    const { mode, mtime, atime } = await stat(path)
    await pipeline(createReadStream(path), createGzip(), createWriteStream(unfinished, { mode: mode & 0o777 }))
    const handle = await open(unfinished, 'r+')
    try {
      // The age of an archive is that of its lines.
      await handle.utimes(atime, mtime)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(unfinished, `${path}.gz`)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
