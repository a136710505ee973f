// One build for every package: the entries are read from the package's own `exports`, so nothing is built that is not exported.
import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

interface ExportConditions {
  '@rag/source'?: string
}
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | ExportConditions>
  bin?: Record<string, string>
}

const entry: Record<string, string> = {}
for (const target of Object.values(manifest.exports)) {
  if (typeof target === 'string' || !target['@rag/source']) continue
  const source = target['@rag/source']
  entry[source.replace(/^\.\/src\//, '').replace(/\.ts$/, '')] = source
}
for (const target of Object.values(manifest.bin ?? {})) {
  const name = target.replace(/^\.\/dist\//, '').replace(/\.c?js$/, '')
  entry[name] = `./src/${name}.ts`
}

export default defineConfig({
  entry,
  format: ['esm', 'cjs'],
  // scripts/types.mjs writes the declarations of all packages in one run of the compiler.
  dts: false,
  splitting: true,
  sourcemap: true,
  clean: true,
  target: 'node20',
  platform: 'node',
  treeshake: true,
  tsconfig: '../../tsconfig.json'
})
