// lru-cache 7 and later: each look-up tells its result through a status object.
import type { Count, Metering } from './meter.js'
import { shadow } from './shadow.js'

interface LruCache {
  readonly size: number
  readonly calculatedSize: number
  readonly max: number
}
/** What lru-cache writes into `options.status`. */
interface Status {
  get?: string
  fetch?: string
  memo?: string
  returnedStale?: boolean
}

export function isLruCache(target: object): target is LruCache {
  const shape = target as Partial<Record<'get' | 'peek' | 'rkeys' | 'calculatedSize' | 'max', unknown>> | null
  return (
    typeof shape?.get === 'function' &&
    typeof shape.peek === 'function' &&
    typeof shape.rkeys === 'function' &&
    typeof shape.calculatedSize === 'number'
  )
}

export function meterLruCache(target: LruCache, count: Count): Metering {
  // A method that calls another one is one look-up.
  let inside = false
  const undoes = ['get', 'fetch', 'memo'].map((name) =>
    shadow(
      target,
      name,
      (original) =>
        function metered(this: unknown, key, options, ...rest) {
          if (inside) return Reflect.apply(original, this, [key, options, ...rest])
          const given = (options ?? {}) as { status?: Status }
          const status: Status = given.status ?? {}
          inside = true
          try {
            const result = Reflect.apply(original, this, [key, { ...given, status }, ...rest])
            count('memory', resultOf(status, result))
            return result
          } finally {
            inside = false
          }
        }
    )
  )
  return {
    layers: ['memory'],
    extent: () => ({ entries: target.size, ...(target.calculatedSize > 0 && { bytes: target.calculatedSize }) }),
    undo() {
      for (const undo of undoes) undo()
    }
  }
}

function resultOf({ get, fetch, memo, returnedStale }: Status, result: unknown): 'hit' | 'miss' | 'stale' {
  const said = memo ?? fetch ?? get
  if (said === 'hit') return 'hit'
  if (returnedStale) return 'stale'
  // Without a status (a version that does not know the method's) the value speaks.
  return said === undefined && result !== undefined && !(result instanceof Promise) ? 'hit' : 'miss'
}
