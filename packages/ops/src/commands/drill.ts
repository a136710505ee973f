// rag-ops drill: takes a backup, verifies it, restores it beside the original, asks it something, and says how long that took.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RagError } from '@rag/core/errors'
import { loadConfig } from '../config/load.js'
import type { Command } from './types.js'

export const drillCommand: Command = {
  usage:
    'drill --url <postgresql://…> [--bin <folder>] [--textfile <file.prom>] [--query <sql>]   a timed restore drill with pg_basebackup; the password comes from PGPASSFILE',
  options: {
    url: { type: 'string' },
    bin: { type: 'string' },
    textfile: { type: 'string' },
    query: { type: 'string' },
    job: { type: 'string' }
  },
  async run({ values, print }) {
    const { model } = await loadConfig(values['config'] as string | undefined)
    const job = (values['job'] as string | undefined) ?? model.backups[0]?.drill ?? 'restore-drill'
    const plan = model.backups.find(({ drill }) => drill === job)
    const result = await restoreDrill({
      url: need('url', values['url']),
      bin: values['bin'] as string | undefined,
      query: (values['query'] as string | undefined) ?? 'select count(*) from pg_class'
    })
    const page = drillMetrics(job, model.environment, result, Date.now() / 1000)
    if (typeof values['textfile'] === 'string') {
      // Renamed, so that a collector never reads half a file.
      writeFileSync(`${values['textfile']}.tmp`, page)
      renameSync(`${values['textfile']}.tmp`, values['textfile'])
    } else print(page)
    const over = plan !== undefined && result.seconds > plan.rtoSeconds
    print(
      `# restored ${(result.bytes / 1e6).toFixed(1)} MB in ${result.seconds.toFixed(1)} s; the copy answered ${result.answer}${plan ? `; the RTO is ${plan.rtoSeconds} s${over ? ': TOO SLOW' : ''}` : ''}`
    )
    return over ? 1 : 0
  }
}

export interface DrillResult {
  readonly seconds: number
  readonly bytes: number
  readonly answer: string
}

/**
 * Backup, verification, start and a question, each with PostgreSQL's own programs.
 *
 * @throws RagError `RAG_OPS_DRILL` naming the step that failed.
 */
export async function restoreDrill({ url, bin, query }: { url: string; bin?: string | undefined; query: string }): Promise<DrillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'rag-drill-'))
  const data = join(folder, 'data')
  const program = (name: string) => (bin ? join(bin, name) : name)
  const account = accountOfPostgres()
  if (account) chownSync(folder, account.uid, account.gid)
  chmodSync(folder, 0o700)
  const run = (step: string, name: string, values: string[]) => {
    const done = spawnSync(program(name), values, { encoding: 'utf8', cwd: folder, ...account })
    if (done.status === 0) return done.stdout
    const reason = (done.error?.message ?? done.stderr ?? '').trim().split('\n').at(-1) ?? ''
    throw new RagError('RAG_OPS_DRILL', {
      option: step,
      problem: `${name} failed: ${reason.replace(/:\/\/[^@\s]*@/g, '://')}`,
      fix: 'the user needs the right to replicate; the programs of PostgreSQL are found with --bin'
    })
  }
  const started = Date.now()
  let server: ReturnType<typeof spawn> | undefined
  try {
    run('backup', 'pg_basebackup', ['-d', url, '-D', data, '-X', 'stream', '-c', 'fast', '--no-sync'])
    run('verify', 'pg_verifybackup', ['-q', data])
    const port = await freePort()
    server = spawn(
      program('postgres'),
      [
        '-D',
        data,
        '-c',
        `port=${port}`,
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        `unix_socket_directories=${folder}`,
        '-c',
        'archive_mode=off'
      ],
      { cwd: folder, stdio: 'ignore', ...account }
    )
    await accepting(server, port)
    const copy = new URL(url)
    const answer = await asked(() =>
      run('ask', 'psql', [
        '-h',
        folder,
        '-p',
        String(port),
        '-U',
        copy.username || 'postgres',
        '-d',
        copy.pathname.slice(1) || 'postgres',
        '-Atc',
        query
      ])
    )
    const bytes = Number(spawnSync('du', ['-sb', data], { encoding: 'utf8' }).stdout.split('\t')[0])
    return { seconds: (Date.now() - started) / 1000, bytes, answer: answer.trim() }
  } finally {
    if (server && server.exitCode === null) {
      server.kill('SIGINT')
      await new Promise((resolve) => server?.once('exit', resolve))
    }
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The figures of a drill as a job, which the alerts RestoreDrillOverRto and RestoreDrillOverdue read. */
export function drillMetrics(job: string, environment: string, { seconds, bytes }: DrillResult, second: number): string {
  const labels = `{job_name="${job}",environment="${environment}"}`
  return [
    ['rag_job_duration_seconds', seconds],
    ['rag_job_size_bytes', bytes],
    ['rag_job_last_success_timestamp_seconds', Math.round(second)]
  ]
    .map(([name, value]) => `# TYPE ${name} gauge\n${name}${labels} ${value}\n`)
    .join('')
}

/** PostgreSQL refuses to run as root; there it runs as the user that its package made. */
function accountOfPostgres(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  const [uid, gid] = [id('-u'), id('-g')]
  return uid && gid ? { uid, gid } : undefined
}

async function asked(ask: () => string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return ask()
    } catch (error) {
      if (tries > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function accepting(server: ReturnType<typeof spawn>, port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (server.exitCode !== null) break
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined))
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new RagError('RAG_OPS_DRILL', {
    option: 'start',
    problem: 'the restored server does not start',
    fix: 'look whether the backup is whole and the disk has room'
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

function need(option: string, value: string | boolean | undefined): string {
  if (typeof value === 'string' && value !== '') return value
  throw new RagError('RAG_OPS_ARGUMENT', {
    option,
    value: 'missing',
    problem: 'the drill needs to know what to restore',
    fix: `give --${option} postgresql://user@host:5432/database`
  })
}
