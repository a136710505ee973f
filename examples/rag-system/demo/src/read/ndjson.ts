// Reads log files: one JSON object a line.
import { readFile } from 'node:fs/promises'

export interface LogLine {
  readonly [field: string]: unknown
}

/**
 * The lines of a log.
 *
 * @throws Error for a line that is not a JSON object; an unfinished last line is left for the next reading.
 */
export function parseLines(text: string): LogLine[] {
  const lines = text.split('\n')
  lines.pop()
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const value: unknown = line.startsWith('{') ? JSON.parse(line) : undefined
      if (typeof value !== 'object' || value === null) throw new Error(`no log line: ${line}`)
      return value as LogLine
    })
}

export async function readLines(file: string): Promise<LogLine[]> {
  return parseLines(await readFile(file, 'utf8'))
}

/** Whether a line tells of a request that a service answered. */
export function isRequestLine(line: LogLine): boolean {
  return typeof line['route'] === 'string' && typeof line['durationMs'] === 'number' && typeof line['statusCode'] === 'number'
}
