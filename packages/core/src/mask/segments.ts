// Splits a name into lower-case segments: camel, snake, kebab, dots, spaces, brackets, full-width.

const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+/g

/**
 * The segments of a name.
 *
 * @example
 * segmentsOf('X-Api-Key') // ['x', 'api', 'key']
 */
export function segmentsOf(name: string): string[] {
  const plain = /[^\x00-\x7f]/.test(name) ? name.normalize('NFKC') : name
  return (plain.match(WORD) ?? []).map((segment) => segment.toLowerCase())
}
