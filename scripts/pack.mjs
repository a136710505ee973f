// Packs every public package as the registry would get it: `npm run pack -- <folder>`.
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { must } from './run.mjs'
import { ensureSetup, packageFolders, pnpm } from './setup.mjs'

/** Packs all packages into a folder and gives back the paths of the tarballs, keyed by the folder's name. */
export async function pack(folder) {
  mkdirSync(folder, { recursive: true })
  const [command, ...values] = await pnpm()
  const tarballs = {}
  for (const source of packageFolders()) {
    const name = source.split('/').at(-1)
    const output = await must(`Packing @rag/${name}`, command, [...values, 'pack', '--json', '--pack-destination', folder], { cwd: source })
    tarballs[name] = /"filename":\s*"([^"]+)"/.exec(output)?.[1] ?? ''
  }
  return tarballs
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2]
  if (!folder) {
    process.stderr.write('Say where to: npm run pack -- <folder>\n')
    process.exit(2)
  }
  await ensureSetup()
  for (const tarball of Object.values(await pack(resolve(process.env.INIT_CWD ?? '.', folder)))) process.stdout.write(`${tarball}\n`)
}
