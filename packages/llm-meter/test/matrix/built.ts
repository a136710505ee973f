// The built CJS package beside the sources: Node's own condition for the sources must not apply to it.
import { readFileSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
type Resolve = (request: string, ...rest: unknown[]) => string

/** Requires a package of this repository as an application would: its CJS build, and that of what it needs. */
export function requireBuilt(name: string): unknown {
  const internals = Module as unknown as { _resolveFilename: Resolve }
  const original = internals._resolveFilename
  internals._resolveFilename = (request, ...rest) => {
    const own = /^(@rag\/[\w-]+)(\/.+)?$/.exec(request)
    if (!own) return original(request, ...rest)
    const manifest = original(`${own[1]}/package.json`, ...rest)
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, { require: { default: string } }> }
    return join(dirname(manifest), exports[`.${own[2] ?? ''}`]!.require.default)
  }
  try {
    return require(name)
  } finally {
    internals._resolveFilename = original
  }
}
