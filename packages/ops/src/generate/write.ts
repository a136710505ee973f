// Writes artifacts to disk without ever losing what somebody edited.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Artifacts } from './types.js'
import { json } from './yaml.js'

export interface Written {
  readonly written: readonly string[]
  readonly unchanged: readonly string[]
  /** Files that somebody changed since they were generated; they are left as they are. */
  readonly edited: readonly string[]
  /** Files that are no longer generated and were removed. */
  readonly removed: readonly string[]
}

/** The digests of what was generated last. */
const LOCK = '.rag-ops.json'

/** Writes what differs. With `force` edited files are overwritten too. */
export function writeArtifacts(folder: string, artifacts: Artifacts, { force = false }: { force?: boolean } = {}): Written {
  const before = readLock(folder)
  const after: Record<string, string> = {}
  const result = { written: [] as string[], unchanged: [] as string[], edited: [] as string[], removed: [] as string[] }
  for (const [path, text] of Object.entries(artifacts)) {
    const file = join(folder, path)
    const present = existsSync(file) ? readFileSync(file, 'utf8') : undefined
    if (present === text) {
      result.unchanged.push(path)
      after[path] = digest(text)
    } else if (present !== undefined && digest(present) !== before[path] && !force) {
      result.edited.push(path)
      if (before[path]) after[path] = before[path]
    } else {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      result.written.push(path)
      after[path] = digest(text)
    }
  }
  for (const path of Object.keys(before)) {
    const file = join(folder, path)
    if (path in artifacts || !existsSync(file)) continue
    if (digest(readFileSync(file, 'utf8')) === before[path] || force) {
      rmSync(file)
      result.removed.push(path)
    } else result.edited.push(path)
  }
  mkdirSync(folder, { recursive: true })
  const lock = json(Object.fromEntries(Object.entries(after).sort(([a], [b]) => (a < b ? -1 : 1))))
  const lockFile = join(folder, LOCK)
  if (!existsSync(lockFile) || readFileSync(lockFile, 'utf8') !== lock) writeFileSync(lockFile, lock)
  return result
}

/** Files on disk that are not what would be generated now. */
export function staleArtifacts(folder: string, artifacts: Artifacts): { stale: string[]; missing: string[]; edited: string[] } {
  const lock = readLock(folder)
  const result = { stale: [] as string[], missing: [] as string[], edited: [] as string[] }
  for (const [path, text] of Object.entries(artifacts)) {
    const file = join(folder, path)
    if (!existsSync(file)) result.missing.push(path)
    else {
      const present = readFileSync(file, 'utf8')
      if (present === text) continue
      if (lock[path] === digest(present)) result.stale.push(path)
      else result.edited.push(path)
    }
  }
  return result
}

function readLock(folder: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(join(folder, LOCK), 'utf8')) as Record<string, string>
  } catch {
    return {}
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
