// Shadows a method on one instance and takes the shadow away.

type Method = (...values: unknown[]) => unknown

/** The undo leaves a later wrapper of somebody else alone. */
export function shadow(
  instance: object,
  name: string,
  wrap: (original: Method) => (this: unknown, ...values: unknown[]) => unknown
): () => void {
  const holder = instance as Record<string, unknown>
  const original = holder[name]
  if (typeof original !== 'function') return () => {}
  const own = Object.hasOwn(instance, name)
  const shadowing = wrap(original as Method)
  Object.defineProperty(instance, name, { value: shadowing, writable: true, configurable: true, enumerable: own })
  return () => {
    if (holder[name] !== shadowing) return
    if (own) holder[name] = original
    else delete holder[name]
  }
}
