// The table of rules in the documentation is the one in the code: `npx vitest run packages/core/test/mask/docs.test.ts -u` writes it.
import { expect, test } from 'vitest'
import { ruleGroups } from '../../src/mask/rules/index.js'

test('docs/masking-rules.md lists every rule with its source', async () => {
  const rows = ruleGroups.flatMap(({ area, tokens, named = [] }) => [
    ...tokens.map(({ id, vendor, prefixes, source }) => [
      area,
      vendor,
      `\`${id}\``,
      prefixes.map((prefix) => `\`${prefix}\``).join(' '),
      source
    ]),
    ...named.map(({ id, vendor, words, source }) => [
      area,
      vendor,
      `\`${id}\``,
      `beside ${words.map((word) => `\`${word}\``).join(', ')}`,
      source
    ])
  ])
  const vendors = new Set(rows.map(([, vendor]) => vendor)).size
  const table = [['area', 'service', 'rule', 'opens with', 'source'], Array(5).fill('---'), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`
  )
  const page = `# Rules of the masker\n\nMade from the code; do not edit. ${rows.length} rules for ${vendors} services and forms. A service is added in \`packages/core/src/mask/rules/\`, with examples that its test runs.\n\n${table.join('\n')}\n`
  await expect(page).toMatchFileSnapshot('../../../../docs/masking-rules.md')
})
