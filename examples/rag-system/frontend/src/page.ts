// The files of the page, and its three libraries as their packages ship them: nothing is built.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'

const PUBLIC = fileURLToPath(new URL('../public/', import.meta.url))
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml'
}
/** Where a library lies in its package. */
const LIBRARIES = {
  'preact.js': ['preact', 'dist/preact.mjs'],
  'preact-hooks.js': ['preact', 'hooks/dist/hooks.mjs'],
  'htm.js': ['htm', 'dist/htm.module.js'],
  'uplot.js': ['uplot', 'dist/uPlot.esm.js'],
  'uplot.css': ['uplot', 'dist/uPlot.min.css']
} as const

interface File {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly tag: string
}

/** Reads all files once; a browser asks again only for what has changed. */
export async function page(): Promise<Hono> {
  const names = (await readdir(PUBLIC)).filter((name) => extname(name) in TYPES)
  const own = names.map((name) => [`/${name}`, join(PUBLIC, name)] as const)
  const require = createRequire(import.meta.url)
  const libraries = Object.entries(LIBRARIES).map(([name, [library, path]]) => [`/lib/${name}`, join(folderOf(library), path)] as const)
  const files = new Map(await Promise.all([...own, ...libraries].map(async ([path, file]) => [path, await read(file)] as const)))
  const index = files.get('/index.html')!
  const policy = policyFor(Buffer.from(index.body).toString('utf8'))

  const app = new Hono()
  app.get('/', (context) => answer(index, context.req.header('if-none-match'), { 'content-security-policy': policy }))
  for (const [path, file] of files) app.get(path, (context) => answer(file, context.req.header('if-none-match')))
  return app

  function folderOf(library: string): string {
    // The main file lies somewhere below the folder that is named like the package.
    const main = require.resolve(library)
    const at = main.lastIndexOf(`${join('node_modules', library)}/`)
    return at < 0 ? dirname(main) : main.slice(0, at + join('node_modules', library).length)
  }
}

async function read(file: string): Promise<File> {
  const body = new Uint8Array(await readFile(file))
  return {
    body,
    type: TYPES[extname(file)] ?? TYPES['.js']!,
    tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`
  }
}

function answer({ body, type, tag }: File, known: string | undefined, headers: Record<string, string> = {}): Response {
  const shared = { etag: tag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', ...headers }
  return known === tag
    ? new Response(null, { status: 304, headers: shared })
    : new Response(body, { headers: { ...shared, 'content-type': type } })
}

/** Own files alone; the one inline script is the import map, known by its hash. */
function policyFor(html: string): string {
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? ''
  const hash = createHash('sha256').update(map).digest('base64')
  return `default-src 'self'; script-src 'self' 'sha256-${hash}'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'`
}
