// Replaces a method on one instance and puts it back.

type Method = (...values: never[]) => unknown

/** Shadows `name` on the instance with what `wrap` makes of the original. Returns the undo, which leaves a later wrapper of somebody else alone. */
export function patchMethod(instance: object, name: string, wrap: (original: Method) => Method): () => void {
  const holder = instance as Record<string, unknown>
  const original = holder[name]
  if (typeof original !== 'function') return () => {}
  const own = Object.hasOwn(instance, name)
  const wrapped = wrap(original as Method)
  Object.defineProperty(instance, name, { value: wrapped, writable: true, configurable: true, enumerable: own })
  return () => {
    if (holder[name] !== wrapped) return
    if (own) holder[name] = original
    else delete holder[name]
  }
}
