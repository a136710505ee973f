// What the rotated files beside a log file are called, for programs that follow them by patterns.
import { extname } from 'node:path'

export interface RotatedNames {
  /** What the logger calls them: `app-20260102T030405006Z-0001.log`. */
  logger: string
  /** What the generated configuration of logrotate calls them: `app.log-20260102-1767323045`. */
  logrotate: string
}

/** Patterns of the rotated files of `file`, compressed ones left out. */
export function rotatedNames(file: string): RotatedNames {
  const extension = extname(file)
  return {
    logger: `${file.slice(0, file.length - extension.length)}-[0-9]*Z-[0-9]*${extension}`,
    logrotate: `${file}-[0-9]*[0-9]`
  }
}
