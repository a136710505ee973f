// Descriptors of stdout and stderr that never make a write wait.
import { constants, fstatSync, openSync } from 'node:fs'

/**
 * A descriptor for a standard stream on which a full pipe answers EAGAIN instead of stopping the event loop.
 * A pipe is opened once more, so that the flag is ours alone; a socket cannot be, but touching the stream of Node sets it.
 */
export function openStandard(fd: 1 | 2): number {
  try {
    const kind = fstatSync(fd)
    if (kind.isFIFO() || kind.isCharacterDevice()) return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
    if (kind.isSocket()) touch(fd)
  } catch {
    touch(fd)
  }
  return fd
}

function touch(fd: 1 | 2): void {
  try {
    void (fd === 1 ? process.stdout : process.stderr).writable
  } catch {
    // The descriptor is closed; the first write says so.
  }
}
