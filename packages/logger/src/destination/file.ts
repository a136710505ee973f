// A log file: opened for appending, made again when it or its directory is gone or moved.
import { closeSync, constants, fdatasyncSync, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Output } from './writer.js'

/** How often a write looks whether the file is still where it was opened. */
const LOOK_MS = 1000
/** Not to wait: a named pipe that nobody reads would stop the process as it is opened, and a full one as it is written. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

const LINE_FEED = 0x0a

/** The open file, for what is built on it. */
export interface LogFile extends Output {
  readonly path: string
  /** Bytes in the file. Opens it. */
  size(): number
  /** How often the file has been opened; what was begun in one opening cannot go on in the next. */
  openings(): number
  /** Whether the open file still has its name. */
  isHere(): boolean
}

export function openLogFile(file: string, mode = 0o640): LogFile {
  const path = resolve(file)
  let fd: number | undefined
  let inode = 0
  let bytes = 0
  let looked = 0
  let opened = 0
  let tornAt = 0

  function open(): number {
    fd = openOrMake(path, mode)
    const stats = fstatSync(fd)
    inode = stats.ino
    bytes = stats.size
    // A process that was killed in the middle of a line must not cost the next one.
    if (stats.isFile() && bytes > 0 && lastByte(path, bytes) !== LINE_FEED) bytes += writeSync(fd, '\n')
    opened++
    looked = performance.now()
    return fd
  }

  function release(): void {
    if (fd === undefined) return
    const old = fd
    fd = undefined
    try {
      closeSync(old)
    } catch {
      // It was closed by somebody else.
    }
  }

  /** Lets go of a file that has been moved or removed; the next write makes a new one. */
  function look(): void {
    const now = performance.now()
    if (fd === undefined || now - looked < LOOK_MS) return
    looked = now
    const there = statSync(path, { throwIfNoEntry: false })
    if (there?.ino !== inode) release()
  }

  return {
    name: path,
    path,
    size() {
      if (fd === undefined) open()
      return bytes
    },
    openings: () => opened,
    isHere: () => fd !== undefined && statSync(path, { throwIfNoEntry: false })?.ino === inode,
    write(buffer, offset, length) {
      const taken = writeSync(fd ?? open(), buffer, offset, length)
      bytes += taken
      if (taken < length) tornAt = opened
      return taken
    },
    prepare: look,
    moved() {
      look()
      if (fd === undefined) open()
      return tornAt !== opened
    },
    sync() {
      if (fd !== undefined) fdatasyncSync(fd)
    },
    reopen: release,
    close: release
  }
}

function openOrMake(path: string, mode: number): number {
  try {
    return openSync(path, FLAGS, mode)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, FLAGS, mode)
  }
}

/** The last byte of a file, or a line feed when it cannot be read. */
function lastByte(path: string, size: number): number {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    const byte = Buffer.alloc(1)
    return readSync(fd, byte, 0, 1, size - 1) === 1 ? byte[0]! : LINE_FEED
  } catch {
    return LINE_FEED
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
