// Harmless lines that look like secrets, and plain logs: nothing in them may change.
import { readFileSync } from 'node:fs'
import type { Random } from './random.js'

const FIXED: readonly string[] = [
  'prompt_tokens=123 completion_tokens=456 total_tokens=579',
  'basic auth disabled',
  'basic authentication is required',
  'Bearer authentication failed',
  'the token is expired',
  'token: expired',
  'password: incorrect',
  'password must be at least 12 characters',
  'invalid password for user alice',
  'author=tanaka authority=root',
  'cacheKey=user:42:profile',
  'cache key: documents/2024/01',
  'keyboard: us-intl',
  'hasPassword=true requiresPassword: false',
  'max_tokens: 4096, temperature: 0.2',
  'tokenizer=cl100k_base',
  'token_count=12',
  'tokens per second: 84.2',
  'primary key: id',
  'foreign_key=user_id',
  'partitionKey: tenant',
  'sort key = created_at',
  'public_key_id=7',
  'secretary: Ms. Sato',
  'sk-learn is installed',
  'class="sk-button sk-button-primary"',
  'model=gpt-4o-mini-2024-07-18',
  'model: claude-sonnet-4-20250514',
  'text-embedding-3-large',
  'pplx-70b-online',
  'hf_hub_download(repo_id)',
  'npm_config_registry=default',
  'npm_lifecycle_event=test',
  'GET /api/v1/auth/login 200 12ms',
  'POST /oauth/token 401',
  '/users/reset-password',
  'https://example.com/docs/api-keys',
  'https://example.com/path?page=2&limit=10&sort=desc',
  'https://www.example.com/watch?v=dQw4w9WgXcQ',
  'ssh -i ~/.ssh/id_ed25519 host',
  'color: #ff00aa; background: url(a.png)',
  'margin:0 auto;padding:4px',
  'font-family: "Noto Sans JP", sans-serif',
  'grid-template-columns: 1fr 2fr',
  '--token-color: var(--primary)',
  'at Object.<anonymous> (/app/src/index.ts:12:34)',
  'Error: connect ECONNREFUSED 127.0.0.1:5432',
  'パスワードを忘れた方はこちら',
  'パスワードの変更が完了しました',
  '暗証番号を入力してください',
  'トークン数：1234',
  'トークンの有効期限が切れました',
  '秘密は守られています',
  '認証に失敗しました',
  'APIキーの設定方法について',
  'ご注文番号は 1234-5678-90 です',
  '会議は10:30に始まります',
  'the secret to good coffee is fresh beans',
  'a key question: how fast is it?',
  'her key point was: measure first',
  'session started',
  'signature algorithm: rsa-sha256',
  'cookie banner accepted',
  'The cookies are baked at 180 degrees',
  'pass: 12, fail: 0',
  'code: 404',
  'status=ok code=200',
  'Order #A-1029384756 shipped',
  'tracking JP123456789012',
  'ISBN 978-4-06-521234-5',
  'build 20241124.3',
  'version=1.2.3-beta.4+build.567',
  'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  'integrity="sha512-9x/3Yw=="',
  'etag: W/"5e1-17f3a2b"',
  'content-type: application/json; charset=utf-8',
  'SELECT id, name FROM users WHERE key = $1',
  'UPDATE tokens SET count = count + 1',
  'auth: none',
  'authType=oauth2',
  'keys: 3',
  'secrets: 0 found',
  'password=',
  'password: null',
  'token=undefined',
  'api_key: ${API_KEY}',
  'apiKey: process.env.API_KEY',
  'password: "<password>"',
  'token: {{ secrets.TOKEN }}',
  'secret=[REDACTED]',
  'password=********'
]

/** Generators of one line each; together with the fixed ones and the logs well over a thousand lines a seed. */
const KINDS: readonly ((random: Random) => string)[] = [
  (r) => `request_id=${r.uuid()}`,
  (r) => r.uuid(),
  (r) => `trace_id=${r.of('hex', 32)} span_id=${r.of('hex', 16)}`,
  (r) => `traceparent: 00-${r.of('hex', 32)}-${r.of('hex', 16)}-01`,
  (r) => `commit ${r.of('hex', 40)}`,
  (r) => `sha256:${r.of('hex', 64)}`,
  (r) => `md5=${r.of('hex', 32)}`,
  (r) => `ts=17${r.of('d', 8)}`,
  (r) => `time=17${r.of('d', 11)}`,
  (r) => `duration_ns=${r.of('d', 12)}`,
  (r) => `data:image/png;base64,iVBORw0KGgo${r.of('an', 120)}==`,
  (r) => `integrity sha512-${r.of('an', 86)}==`,
  (r) => `order ${r.of('d', 10)}`,
  (r) => `order_id=${r.of('d', 16)}`,
  (r) => `user=${r.of('lo', 8)} key=${r.of('lo', 6)}`,
  (r) => `cursor=${Buffer.from(`{"id":${r.int(99999)}}`).toString('base64')}`,
  (r) => `file-${r.of('an', 22)}`,
  (r) => `msg_${r.of('an', 24)}`,
  (r) => `chatcmpl-${r.of('an', 29)}`,
  (r) => `doc:${r.of('lo', 12)}:chunk:${r.int(90)}`,
  (r) => `arn:aws:s3:::bucket-${r.of('lo', 8)}`,
  (r) => `pod rag-engine-${r.of('lo', 10)}-${r.of('lo', 5)} restarted`,
  (r) => `image registry.example.com/app@sha256:${r.of('hex', 64)}`,
  (r) => `jobId=${r.of('an', 20)}`,
  (r) => `01${r.of('up', 24)}`,
  (r) => `[${r.int(24)}:${r.int(60)}:${r.int(60)}] GET /items/${r.of('hex', 24)} ${200 + r.int(4)} ${r.int(900)}ms`,
  (r) => `embedding=[0.${r.of('d', 6)},-0.${r.of('d', 6)},0.${r.of('d', 6)}]`,
  (r) => `score=0.${r.of('d', 16)}`,
  (r) => `v${r.int(9)}.${r.int(9)}.${r.int(9)}-${r.of('hex', 7)}`,
  (r) =>
    `{"level":30,"time":17${r.of('d', 11)},"pid":${r.int(9999)},"hostname":"${r.of('hex', 12)}","msg":"request completed","responseTime":${r.int(99)}}`,
  (r) => `127.0.0.1 - - [24/Nov/2026:03:0${r.int(9)}:00 +0000] "GET /a/${r.of('lo', 6)} HTTP/1.1" 200 ${r.int(9999)} "-" "Mozilla/5.0"`,
  (r) => `kafka offset=${r.of('d', 9)} partition=${r.int(12)} topic=documents`,
  (r) => `slot ${r.of('hex', 8)} xid ${r.of('d', 7)} lsn 0/${r.of('HEX', 7)}`,
  (r) => `npm http fetch GET 200 https://registry.example.com/pkg-${r.of('lo', 5)} ${r.int(900)}ms`,
  (r) => `gc: mark-sweep ${r.int(90)}.${r.int(9)} (${r.int(900)}) MB`,
  (r) => `tokens used: ${r.int(9000)} of 128000`,
  (r) => `文書${r.of('d', 6)}を${r.int(900)}ミリ秒で索引に追加しました`,
  (r) => `検索語「${r.of('lo', 7)}」の結果は${r.int(90)}件です`
]

export function benignLines(random: Random, perKind = 30): string[] {
  return [...FIXED, ...KINDS.flatMap((kind) => Array.from({ length: perKind }, () => kind(random)))]
}

/** Ids of the kinds that people mistake for secrets and for personal data. */
export function randomIds(random: Random, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const turn = index % 4
    return turn === 0 ? random.uuid() : turn === 1 ? random.of('hex', 32) : turn === 2 ? random.of('hex', 40) : `17${random.of('d', 11)}`
  })
}

/** Lines that real programs wrote: a database, a cache, package managers, a web server, a test runner, crashes. */
export const realLines = (): string[] =>
  readFileSync(new URL('./real.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
