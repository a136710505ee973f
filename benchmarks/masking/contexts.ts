// The places in which secrets stand: the masker was not written against these lines.

/** Sixteen contexts of a bare token. */
export const CONTEXTS: readonly ((secret: string) => string)[] = [
  (s) => s,
  (s) => `worker 3 failed: upstream said no to ${s}, retrying`,
  (s) => `a.log:14,${s},OK,0.2`,
  (s) => `| step | ${s} | done |`,
  (s) => `{"event":"sync","input":"${s}","n":3}`,
  (s) => JSON.stringify({ level: 'error', payload: JSON.stringify({ inner: JSON.stringify({ v: s }) }) }),
  (s) => `GET /hook/${s}/ping HTTP/1.1`,
  (s) => `https://api.example.com/v2/items?limit=10&v=${s}#top`,
  (s) => `redirect=https%3A%2F%2Fexample.com%2Fcb%3Fv%3D${encodeURIComponent(s)}%26x%3D1`,
  (s) => `値（${s}）を確認しました。`,
  (s) => `キーは${s}です`,
  (s) => `<item name="x">${s}</item>`,
  (s) => `export VALUE=${s}\n`,
  (s) => `\tat call (index.js:4:2)\n\tvalue: '${s}'\n\tat run (index.js:9:1)`,
  (s) => `["one","${s}","three"]`,
  (s) => `**Note**: use \`${s}\` until Friday.`
]

const NAMES = [
  'password',
  'db_password',
  'DB_PASSWORD',
  'apiKey',
  'X-Api-Key',
  'api_key',
  'client_secret',
  'clientSecret',
  'accessToken',
  'refresh_token',
  'SECRET_KEY',
  'private_key',
  'passphrase',
  'auth_token',
  'secretAccessKey',
  'webhookSecret',
  'encryption-key',
  'smtp.password',
  'signing_secret',
  'connectionString'
]

/** Values without a shape of their own, under a telling name. */
export const KEYED: readonly ((secret: string) => string)[] = NAMES.flatMap((name) => [
  (s: string) => `${name}=${s}`,
  (s: string) => `start ${name}: ${s} end`,
  (s: string) => `{"${name}":"${s}","other":"value"}`,
  (s: string) => `{\\"${name}\\":\\"${s}\\",\\"n\\":1}`,
  (s: string) => `${name} = '${s}'`,
  (s: string) => `const x = { ${name}: "${s}" }`,
  (s: string) => `?a=1&${name}=${s}&b=2`,
  (s: string) => `${name} := "${s}"`,
  (s: string) => `"${name}" => "${s}"`,
  (s: string) => `${name}%3D${s}%26z%3D1`,
  (s: string) => `<${name}>${s}</${name}>`,
  (s: string) => `run --${name.replace(/[_.]/g, '-')} ${s} --verbose`
])

/** Japanese labels. */
export const JAPANESE: readonly ((secret: string) => string)[] = [
  'パスワード',
  '暗証番号',
  '秘密鍵',
  'APIキー',
  'アクセストークン',
  'シークレット'
].flatMap((label) => [
  (s: string) => `${label}：${s}`,
  (s: string) => `${label}は${s}です`,
  (s: string) => `${label}: ${s}\n`,
  (s: string) => `【${label}】${label}＝${s}、以上`,
  (s: string) => `{"${label}":"${s}"}`,
  (s: string) => `新しい${label}「${s}」を設定`.replace('「', 'は「')
])

/** Credentials in URLs. */
export const URLS: readonly ((secret: string) => string)[] = [
  (s) => `postgres://app:${s}@db.example.com:5432/main`,
  (s) => `redis://:${s}@cache.example.com:6379/0`,
  (s) => `mongodb+srv://app:${s}@c0.example.com/db?retryWrites=true`,
  (s) => `amqp://user:${s}@mq.example.com/vhost failed`,
  (s) => `"https://user:${s}@example.com/a/b"`,
  (s) => `git clone https://ci:${s}@git.example.com/a.git`,
  (s) => `https://example.com/cb?access_token=${s}&state=1`,
  (s) => `https://blob.example.com/f?sv=2024&sig=${s}&se=2030`,
  (s) => `wss://u:${s}@a.example.com,b.example.com/x`,
  (s) => `https://s3.example.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${s}&X-Amz-Date=1`,
  (s) => `Server=db;User Id=sa;Password=${s};Encrypt=true`,
  (s) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${s};EndpointSuffix=example.com`
]

/** Request and reply headers as text. */
export const HEADERS: readonly ((secret: string) => string)[] = [
  (s) => `Authorization: Bearer ${s}`,
  (s) => `authorization: Basic ${Buffer.from(`user:${s}`).toString('base64')}`,
  (s) => `> Authorization: Token ${s}\r\n> Accept: */*`,
  (s) => `curl -H "Authorization: Bearer ${s}" https://example.com`,
  (s) => `X-Api-Key: ${s}`,
  (s) => `{"headers":{"authorization":"Bearer ${s}"}}`,
  (s) => `Cookie: lang=en; session=${s}; theme=dark`,
  (s) => `Set-Cookie: sid=${s}; Path=/; HttpOnly`,
  (s) => `Proxy-Authorization: Basic ${Buffer.from(`u:${s}`).toString('base64')}`,
  (s) => `curl -u admin:${s} https://example.com`,
  (s) => `Authorization: ApiKey ${s}`,
  (s) => `sent "Bearer ${s}" twice`
]
