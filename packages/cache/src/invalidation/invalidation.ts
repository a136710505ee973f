// What an invalidation says, what it matches, and the log that tells a slow load that it came too late.

/** Tags are `t:…`, dependencies `d:…`. */
export interface Invalidation {
  readonly keys?: readonly string[]
  readonly tags?: readonly string[]
  readonly pattern?: string
  readonly all?: boolean
}

function matches({ keys, tags, pattern, all }: Invalidation, key: string, tagsOfKey: readonly string[]): boolean {
  if (all) return true
  if (keys?.includes(key)) return true
  if (pattern !== undefined && matchesPattern(pattern, key)) return true
  return tags?.some((tag) => tagsOfKey.includes(tag)) ?? false
}

/** Glob by `*` and `?`. Two marks instead of a regular expression: no pattern makes it slow. */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0
  let wanted = 0
  let star = -1
  let retry = 0
  while (at < text.length) {
    if (pattern[wanted] === '*') {
      star = wanted++
      retry = at
    } else if (wanted < pattern.length && (pattern[wanted] === '?' || pattern[wanted] === text[at])) {
      at++
      wanted++
    } else if (star >= 0) {
      wanted = star + 1
      at = ++retry
    } else return false
  }
  while (pattern[wanted] === '*') wanted++
  return wanted === pattern.length
}

/** Invalidations while anything is being loaded. Kept only that long. */
export interface InvalidationLog {
  /** Notes that a load begins; the mark is given back to {@link InvalidationLog.end}. */
  begin(): number
  end(): void
  add(invalidation: Invalidation): void
  /** Whether something since the mark speaks against keeping the value. */
  touched(mark: number, key: string, tags: readonly string[]): boolean
}

const LONGEST_LOG = 10_000

export function createInvalidationLog(): InvalidationLog {
  let log: Invalidation[] = []
  let first = 0
  let loads = 0
  return {
    begin() {
      loads++
      return first + log.length
    },
    end() {
      loads--
      if (loads > 0) return
      first += log.length
      log = []
    },
    add(invalidation) {
      if (loads === 0) {
        first++
        return
      }
      log.push(invalidation)
      if (log.length <= LONGEST_LOG) return
      first += log.length
      log = []
    },
    touched(mark, key, tags) {
      // What fell out of the log is unknown: it counts as a hit.
      if (mark < first) return true
      for (let index = mark - first; index < log.length; index++) if (matches(log[index]!, key, tags)) return true
      return false
    }
  }
}
