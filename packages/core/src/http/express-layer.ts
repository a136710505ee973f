// The pattern of one Express layer: Express 5.3 says it, Express 4 keeps a regular expression, Express 5.0 to 5.2 only a function.

/** What a layer of Express 5.3 answers when it matches. */
interface LayerMatch {
  path: string
  params: Params
  pattern?: string | RegExp
}
type Params = Record<string, string | string[] | undefined>

/** A layer of a router of Express 4 (`regexp`) or 5 (`matchers`). */
export interface Layer {
  handle: unknown
  route?: object
  regexp?: RegExp & { fast_slash?: boolean; fast_star?: boolean }
  keys?: readonly { name: string | number }[]
  slash?: boolean
  matchers?: readonly unknown[]
  path?: string | undefined
  params?: Params | undefined
  match(path: string): boolean | LayerMatch
}

export interface MountPattern {
  /** The pattern with `:name` for parameters, without a trailing slash. */
  text: string
  /** What of the path is left below it. */
  rest: string
  /** False when another path of the same length may give another text. */
  stable: boolean
}

const SENTINEL = 'zq0sentinel0qz'

/** The pattern by which a layer matches this path; undefined when it does not. */
export function mountPattern(layer: Layer, path: string): MountPattern | undefined {
  if (layer.slash || layer.regexp?.fast_slash) return { text: '', rest: path, stable: true }
  return layer.regexp ? fromRegexp(layer, layer.regexp, path) : fromMatcher(layer, path)
}

export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

const indexed = new WeakMap<RegExp, RegExp>()

function fromRegexp(layer: Layer, regexp: RegExp & { fast_star?: boolean }, path: string): MountPattern | undefined {
  if (regexp.fast_star) return { text: '/*', rest: '/', stable: true }
  const withIndices = indexed.get(regexp) ?? new RegExp(regexp.source, `${regexp.flags.replace(/[gyd]/g, '')}d`)
  indexed.set(regexp, withIndices)
  const match = withIndices.exec(path)
  if (!match?.indices) return undefined
  const ranges: Range[] = []
  for (const [index, key] of (layer.keys ?? []).entries()) {
    const range = match.indices[index + 1]
    if (range) ranges.push({ from: range[0], to: range[1], name: typeof key.name === 'string' ? `:${key.name}` : '*' })
  }
  return pattern(path, match[0], ranges, !regexp.source.includes('|'))
}

function fromMatcher(layer: Layer, path: string): MountPattern | undefined {
  const kept = { path: layer.path, params: layer.params }
  try {
    const match = matchOf(layer, path)
    if (!match) return undefined
    const rest = below(path, match.path)
    const stable = (layer.matchers?.length ?? 1) === 1
    if (match.pattern !== undefined)
      return { text: trimmed(typeof match.pattern === 'string' ? match.pattern : String(match.pattern).slice(0, 120)), rest, stable }
    const names = Object.keys(match.params)
    // A regular expression as mount has no name; it matches other text as well.
    if (names.length === 0)
      return match.path !== '' && matchOf(layer, `/${SENTINEL}`)
        ? { text: '/*', rest, stable: false }
        : pattern(path, match.path, [], stable)
    const ranges: Range[] = []
    for (const name of names) {
      const range = locate(layer, path, match.path, name, match.params[name])
      if (range) ranges.push(range)
      else if (match.params[name] !== undefined) return { text: '/*', rest, stable: false }
    }
    return pattern(path, match.path, ranges, stable)
  } finally {
    // Express 5.0 to 5.2 leave the last match on the layer.
    if ('params' in layer) {
      layer.path = kept.path
      layer.params = kept.params
    }
  }
}

interface Range {
  from: number
  to: number
  name: string
}

/** Finds where in the path a parameter stands: the place whose change shows up in the parameter. */
function locate(layer: Layer, path: string, matched: string, name: string, value: string | string[] | undefined): Range | undefined {
  if (value === undefined) return undefined
  const wildcard = Array.isArray(value)
  const decoded = wildcard ? value.join('/') : value
  const spellings = new Set([decoded, encodeURIComponent(decoded), encodeURI(decoded)])
  for (const spelling of spellings) {
    for (let from = matched.indexOf(spelling); spelling !== '' && from >= 0; from = matched.indexOf(spelling, from + 1)) {
      const to = from + spelling.length
      const found = matchOf(layer, path.slice(0, from) + SENTINEL + path.slice(to))?.params[name]
      if (found === SENTINEL || (Array.isArray(found) && found.includes(SENTINEL)))
        return { from, to, name: wildcard ? `*${name}` : `:${name}` }
    }
  }
  return undefined
}

function matchOf(layer: Layer, path: string): LayerMatch | undefined {
  try {
    const match = layer.match(path)
    if (typeof match === 'object') return match
    return match ? { path: layer.path ?? '', params: { ...layer.params } } : undefined
  } catch {
    return undefined
  }
}

function pattern(path: string, matched: string, ranges: Range[], stable: boolean): MountPattern {
  let text = ''
  let at = 0
  for (const { from, to, name } of ranges.sort((a, b) => a.from - b.from)) {
    if (from < at) continue
    text += matched.slice(at, from) + name
    at = to
  }
  text += matched.slice(at)
  return { text: trimmed(text), rest: below(path, matched), stable }
}

function trimmed(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text
}

function below(path: string, matched: string): string {
  const rest = path.slice(matched.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}
