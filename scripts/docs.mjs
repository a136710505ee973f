// Writes the references in docs/ from the code and builds the site: `npm run docs`. `-- --references` leaves the site out,
// `-- --check` only says whether the references are up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { optionTables } from './docs/options.mjs'
import { must, root, tool } from './run.mjs'
import { ensureSetup } from './setup.mjs'

await ensureSetup()
const { register } = await import('tsx/esm/api')
register()
const packages = ['core', 'logger', 'metrics', 'tracing', 'llm-meter', 'cache', 'ops']
const { catalogue } = await import('../packages/core/src/catalogue/index.ts')
const tables = await Promise.all(packages.map((name) => import(`../packages/${name}/src/errors.ts`)))

const NOTE = 'Made from the code by `npm run docs`; do not edit.'
const pages = { 'metrics.md': metricsPage(), 'errors.md': errorsPage(), 'options.md': optionsPage() }
let stale = 0
for (const [name, text] of Object.entries(pages)) {
  const file = join(root, 'docs', name)
  if (read(file) === text) continue
  stale++
  if (process.argv.includes('--check')) process.stdout.write(`docs/${name} is not what the code says; run: npm run docs\n`)
  else writeFileSync(file, text)
}
process.stdout.write(`${Object.keys(pages).length} references, ${stale} ${process.argv.includes('--check') ? 'stale' : 'written'}\n`)
if (process.argv.includes('--check')) process.exitCode = stale > 0 ? 1 : 0
else if (!process.argv.includes('--references')) {
  await must('Building the site', tool('vitepress'), ['build', 'docs'])
  process.stdout.write('The site is in docs/.vitepress/dist; to read it: npx vitepress preview docs\n')
}

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

function optionsPage() {
  const tables = optionTables([...packages, 'observability'])
  const sections = tables.map(
    ({ package: name, title, about, rows }) =>
      `## ${title}\n\n\`@rag/${name}\`${about ? `. ${about.replace(/\s+/g, ' ')}` : ''}\n\n${table([['option', 'type', 'default', 'meaning'], ...rows])}`
  )
  return `# Options\n\n${NOTE} Durations are milliseconds or texts such as \`'10m'\`. A wrong option throws when the part is made.\n\n${sections.join('\n')}`
}

function page(title, intro, rows) {
  return `# ${title}\n\n${intro}\n\n${table(rows)}`
}

function table([head, ...rows]) {
  // Outside code a page reads `<` as a tag.
  const cell = (text) =>
    text
      .replaceAll('|', '\\|')
      .split('`')
      .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '&lt;') : part))
      .join('`')
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`
  return `${line(head)}\n${line(head.map(() => '---'))}\n${rows.map(line).join('\n')}\n`
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
