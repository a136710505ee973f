// One writer a file: a lock file that names its holder, taken over when the holder is dead.
import { existsSync, linkSync, mkdirSync, readFileSync, realpathSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { RagError } from '@rag/core'

const KEY = Symbol.for('@rag/logger/audit-files/1')
const carrier = globalThis as { [KEY]?: Set<string> }
const held = (carrier[KEY] ??= new Set())

/** One file has one lock, whatever links lead to it. Makes the directory. */
export function pathOf(file: string): string {
  const directory = dirname(resolve(file))
  mkdirSync(directory, { recursive: true })
  const path = join(realpathSync(directory), basename(file))
  return existsSync(path) ? realpathSync(path) : path
}

/**
 * Takes the lock of a file; returns the release.
 *
 * @throws RagError `RAG_LOGGER_AUDIT_LOCKED` when another writer is alive
 */
export function lockFile(file: string): () => void {
  const lock = `${file}.lock`
  if (held.has(file)) throw locked(file, `process ${process.pid}`)
  const mine = `${lock}.${process.pid}`
  writeFileSync(mine, holderText(process.pid), { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        linkSync(mine, lock)
        held.add(file)
        return () => release(file, lock)
      } catch (error) {
        if ((error as { code?: string }).code !== 'EEXIST') throw error
        takeOver(file, lock)
      }
    }
    throw locked(file, 'another process')
  } finally {
    unlinkSync(mine)
  }
}

function takeOver(file: string, lock: string): void {
  const text = read(lock)
  if (text === undefined) return
  const pid = Number(text.split(' ')[0])
  if (pid !== process.pid && holderText(pid) === text) throw locked(file, `process ${pid}`)
  const stale = `${lock}.stale.${process.pid}`
  try {
    renameSync(lock, stale)
    // Somebody was faster: this is their lock, not the dead one's.
    if (read(stale) === text) unlinkSync(stale)
    else renameSync(stale, lock)
  } catch {
    // It is gone; the next attempt takes it.
  }
}

/** A process is known by its id and the time it started, because ids come again. */
function holderText(pid: number): string {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return 'dead'
  }
  const stat = read(`/proc/${pid}/stat`)
  return `${pid} ${stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function release(file: string, lock: string): void {
  held.delete(file)
  try {
    unlinkSync(lock)
  } catch {
    // Somebody removed it; the next writer makes its own.
  }
}

function locked(file: string, holder: string): RagError {
  return new RagError('RAG_LOGGER_AUDIT_LOCKED', {
    option: 'file',
    value: file,
    problem: `${holder} writes it`,
    fix: 'give each writer its own file, or send records to the one that writes'
  })
}
