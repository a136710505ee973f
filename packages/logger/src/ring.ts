// The last lines, for a page that shows them. Nothing is kept until somebody has asked once.

const CAPACITY = 500

/** Which of the last records to show. */
export interface RecentQuery {
  /** Lowest level, such as `warn`. */
  level?: string
  requestId?: string
  traceId?: string
  /** A text that the line holds. */
  text?: string
  /** @default 100 */
  limit?: number
}

export interface Ring {
  add(line: string): void
  /** Newest first. */
  recent(query: RecentQuery | undefined, levels: Readonly<Record<string, number>>): readonly unknown[]
}

export function createRing(): Ring {
  let lines: string[] | undefined
  let next = 0
  return {
    add(line) {
      if (!lines) return
      lines[next] = line
      next = (next + 1) % CAPACITY
    },
    recent({ level, requestId, traceId, text, limit = 100 } = {}, levels) {
      lines ??= []
      const lowest = level === undefined ? 0 : (levels[level] ?? 0)
      const found: unknown[] = []
      for (let age = 1; age <= lines.length && found.length < limit; age++) {
        const line = lines[(next - age + CAPACITY) % CAPACITY]
        if (line === undefined || (text !== undefined && !line.includes(text))) continue
        const record = parse(line)
        if (!record) continue
        if (requestId !== undefined && record['requestId'] !== requestId) continue
        if (traceId !== undefined && record['traceId'] !== traceId) continue
        if ((levels[String(record['level'])] ?? lowest) < lowest) continue
        found.push(record)
      }
      return found
    }
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}
