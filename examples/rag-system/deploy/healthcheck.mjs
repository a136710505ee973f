// The health of the service in this container, by the /health page of its admin listener.
import { readFileSync } from 'node:fs'

const { ADMIN_PORT = '9464', ADMIN_TOKEN_FILE, ADMIN_TOKEN } = process.env
const token = ADMIN_TOKEN_FILE ? readFileSync(ADMIN_TOKEN_FILE, 'utf8').trim() : ADMIN_TOKEN
const headers = token ? { authorization: `Bearer ${token}` } : {}
const { ok } = await fetch(`http://127.0.0.1:${ADMIN_PORT}/health`, { headers, signal: AbortSignal.timeout(2500) })
process.exitCode = ok ? 0 : 1
