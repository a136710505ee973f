// cacheable: says hit and miss of each store as events.
import type { Count, Metering } from './meter.js'

interface Cacheable {
  readonly primary: unknown
  readonly secondary: unknown
  on(event: string, listener: (data: { store?: string }) => void): unknown
  off(event: string, listener: (data: { store?: string }) => void): unknown
}

export function isCacheable(target: object): target is Cacheable {
  const shape = target as Partial<Record<keyof Cacheable | 'getOrSet', unknown>> | null
  return (
    typeof shape?.on === 'function' &&
    typeof shape.off === 'function' &&
    typeof shape.getOrSet === 'function' &&
    'primary' in shape &&
    'secondary' in shape
  )
}

export function meterCacheable(target: Cacheable, count: Count): Metering {
  const layerOf = ({ store }: { store?: string }) => (store === 'secondary' ? 'redis' : 'memory')
  const hit = (data: { store?: string }) => count(layerOf(data), 'hit')
  const miss = (data: { store?: string }) => count(layerOf(data), 'miss')
  target.on('cache:hit', hit)
  target.on('cache:miss', miss)
  return {
    layers: target.secondary ? ['memory', 'redis'] : ['memory'],
    undo() {
      target.off('cache:hit', hit)
      target.off('cache:miss', miss)
    }
  }
}
