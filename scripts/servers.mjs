// The servers that integration tests talk to: where they are, and how they are installed.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { must } from './run.mjs'

/** Command, the Debian package that has it, and where packages put it outside PATH. */
export const SERVERS = {
  redis: { command: 'redis-server', debian: 'redis-server' },
  postgres: { command: 'postgres', debian: 'postgresql-15', folders: postgresFolders },
  prometheus: { command: 'prometheus', debian: 'prometheus' },
  nodeExporter: { command: 'prometheus-node-exporter', debian: 'prometheus-node-exporter' },
  pushgateway: { command: 'prometheus-pushgateway', debian: 'prometheus-pushgateway' },
  alertmanager: { command: 'prometheus-alertmanager', debian: 'prometheus-alertmanager' },
  rsyslog: { command: 'rsyslogd', debian: 'rsyslog', with: ['rsyslog-elasticsearch'], folders: systemFolders },
  logrotate: { command: 'logrotate', debian: 'logrotate', folders: systemFolders },
  chromium: { command: 'chromium', debian: 'chromium' }
}

/** The command that installs what is missing. */
export const INSTALL_COMMAND = 'npm run setup -- --servers'

/** The path of a server's program, or undefined. */
export function findServer(name) {
  const { command, folders } = SERVERS[name]
  for (const folder of [...(folders?.() ?? []), ...(process.env.PATH ?? '').split(delimiter)]) {
    const path = join(folder, command)
    if (folder && existsSync(path) && (name !== 'postgres' || existsSync(join(folder, 'initdb')))) return path
  }
  return undefined
}

/** Installs the missing servers with apt; on another system it says what to install. */
export async function installServers() {
  const missing = Object.keys(SERVERS).filter((name) => !findServer(name))
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    process.stderr.write(`Install these with your package manager: ${missing.map((name) => SERVERS[name].command).join(', ')}\n`)
    return
  }
  // Packages must not start what they install.
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) {
    mkdirSync('/usr/sbin', { recursive: true })
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  }
  try {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    await must('Reading package lists', 'apt-get', ['update', '-q'], { env })
    await must(
      `Installing ${missing.join(', ')}`,
      'apt-get',
      [
        'install',
        '-y',
        '-q',
        '--no-install-recommends',
        ...missing.flatMap((name) => [SERVERS[name].debian, ...(SERVERS[name].with ?? [])])
      ],
      { env }
    )
  } finally {
    if (ours) rmSync(policy, { force: true })
  }
}

/** Where system programs are that PATH may not name. */
function systemFolders() {
  return ['/usr/sbin', '/sbin']
}

function postgresFolders() {
  const base = '/usr/lib/postgresql'
  if (!existsSync(base)) return []
  return readdirSync(base)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(base, version, 'bin'))
}
