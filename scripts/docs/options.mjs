// The reference of options: every exported interface called `…Options`, read from the types that a user's editor shows.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../run.mjs'

/** One table an interface: option, type, default, meaning. */
export function optionTables(packages) {
  return packages.flatMap((name) => {
    const entries = entriesOf(name)
    const program = ts.createProgram(entries, {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      customConditions: ['@rag/source'],
      skipLibCheck: true,
      types: ['node']
    })
    const checker = program.getTypeChecker()
    const found = new Map()
    for (const entry of entries) {
      const module = checker.getSymbolAtLocation(program.getSourceFile(entry))
      for (const symbol of module ? checker.getExportsOfModule(module) : []) {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
        const declaration = target.declarations?.find(ts.isInterfaceDeclaration)
        if (declaration && symbol.name.endsWith('Options') && ownedBy(declaration, name)) found.set(symbol.name, { target, declaration })
      }
    }
    return [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([title, { target, declaration }]) => ({
        package: name,
        title,
        about: textOf(target.getDocumentationComment(checker)),
        rows: checker
          .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(target))
          .map((option) => rowOf(option, declaration, checker))
          .filter(Boolean)
      }))
      .filter(({ rows }) => rows.length > 0)
  })
}

function entriesOf(name) {
  const folder = join(root, 'packages', name)
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return Object.values(exports)
    .map((entry) => entry['@rag/source'])
    .filter((path) => path?.endsWith('.ts') && !path.includes('test-suite'))
    .map((path) => join(folder, path))
    .filter((path) => existsSync(path))
}

function ownedBy(declaration, name) {
  return declaration.getSourceFile().fileName.includes(`/packages/${name}/`)
}

/** Options that a library behind ours defines are that library's to describe. */
function rowOf(option, declaration, checker) {
  const node = option.valueDeclaration
  if (!node || node.getSourceFile().fileName.includes('node_modules')) return undefined
  const type =
    ts.isPropertySignature(node) && node.type
      ? node.type.getText()
      : checker.typeToString(checker.getTypeOfSymbolAtLocation(option, declaration))
  const tags = Object.fromEntries(option.getJsDocTags(checker).map((tag) => [tag.name, textOf(tag.text)]))
  const needed = (option.flags & ts.SymbolFlags.Optional) === 0
  return [
    `\`${option.name}\`${needed ? ' (required)' : ''}`,
    `\`${type.replace(/\s+/g, ' ').replaceAll('`', "'")}\``,
    tags['default'] ? `\`${tags['default'].replaceAll('`', '')}\`` : '',
    textOf(option.getDocumentationComment(checker)).replace(/\s+/g, ' ')
  ]
}

function textOf(parts) {
  return ts
    .displayPartsToString(parts)
    .replace(/\{@link ([^}]+)\}/g, '`$1`')
    .trim()
}
