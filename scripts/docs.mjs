// Writes the references in docs/ from the code: `npm run docs`; with `-- --check` it only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'
import { ensureSetup } from './setup.mjs'

await ensureSetup()
const { register } = await import('tsx/esm/api')
register()
const packages = ['core', 'logger', 'metrics', 'tracing', 'llm-meter', 'cache', 'ops']
const { catalogue } = await import('../packages/core/src/catalogue/index.ts')
const tables = await Promise.all(packages.map((name) => import(`../packages/${name}/src/errors.ts`)))

const NOTE = 'Made from the code by `npm run docs`; do not edit.'
const pages = { 'metrics.md': metricsPage(), 'errors.md': errorsPage() }
let stale = 0
for (const [name, text] of Object.entries(pages)) {
  const file = join(root, 'docs', name)
  if (read(file) === text) continue
  stale++
  if (process.argv.includes('--check')) process.stdout.write(`docs/${name} is not what the code says; run: npm run docs\n`)
  else writeFileSync(file, text)
}
process.stdout.write(`${Object.keys(pages).length} references, ${stale} ${process.argv.includes('--check') ? 'stale' : 'written'}\n`)
process.exitCode = stale > 0 && process.argv.includes('--check') ? 1 : 0

function metricsPage() {
  const rows = (Array.isArray(catalogue) ? [...catalogue] : Object.values(catalogue))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, kind, help, labels = {}, from }) => {
      const bounds = Object.entries(labels).map(
        ([label, bound]) => `\`${label}\` (${bound.values ? bound.values.join(', ') : `≤ ${bound.max}`})`
      )
      return [`\`${name}\``, kind, help, bounds.join('; '), from]
    })
  return page('Metrics', `${NOTE} A label takes the values listed, or as many as its bound says and \`__other__\` after that.`, [
    ['metric', 'kind', 'what it says', 'labels', 'fed by'],
    ...rows
  ])
}

function errorsPage() {
  const rows = tables.flatMap((module, index) =>
    Object.entries(Object.entries(module).find(([name]) => name.endsWith('Errors'))[1]).map(([code, meaning]) => [
      `\`${code}\``,
      meaning,
      `@rag/${packages[index]}`
    ])
  )
  return page('Error codes', `${NOTE} Every error names the option, its value and the fix.`, [['code', 'meaning', 'package'], ...rows])
}

function page(title, intro, [head, ...rows]) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return `# ${title}\n\n${intro}\n\n${line(head)}\n${line(head.map(() => '---'))}\n${rows.map(line).join('\n')}\n`
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
