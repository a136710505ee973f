// Writes the secrets of a development machine into deploy/secrets, each in a file of its own. What is there stays.
import { createHash, randomBytes, scryptSync } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL(process.argv[2] ? `file://${process.argv[2]}/` : './secrets/', import.meta.url)
mkdirSync(folder, { recursive: true, mode: 0o700 })

const random = (bytes) => randomBytes(bytes).toString('base64url')
const guestKey = `rag_${random(24)}`
const password = random(12)

const user = (name, tenant, apiKey, secret) => {
  const salt = randomBytes(16)
  const hash = scryptSync(secret, salt, 32)
  const apiKeySha256 = createHash('sha256').update(apiKey).digest('hex')
  return { user: name, tenant, apiKeySha256, passwordScrypt: `${salt.toString('hex')}:${hash.toString('hex')}` }
}
const users = [user('guest', 'guests', guestKey, random(24)), user('operator', 'demo', `rag_${random(24)}`, password)]
const databasePassword = random(24)

const files = {
  postgres_password: databasePassword,
  database_url: `postgres://rag:${databasePassword}@postgres:5432/rag`,
  admin_token: random(32),
  audit_key: random(32),
  guest_api_key: guestKey,
  'users.json': JSON.stringify(users, undefined, 2),
  openai_api_key: '',
  anthropic_api_key: ''
}
// All or none: the password of the database and its URL belong together, and so do the guest's key and its hash.
const known = Object.keys(files).filter((name) => existsSync(new URL(name, folder)))
if (known.length === Object.keys(files).length) console.log(`The secrets are in ${fileURLToPath(folder)}.`)
else if (known.length > 0) {
  console.error(`Some secrets are missing in ${fileURLToPath(folder)}. Remove the folder and run this again.`)
  process.exitCode = 1
} else {
  // Containers run as another user than the one who calls this.
  for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, folder), text, { mode: 0o644 })
  console.log(`Wrote ${Object.keys(files).length} secrets into ${fileURLToPath(folder)}. Sign in as operator with ${password}`)
}
