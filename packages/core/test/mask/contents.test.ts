// Secrets inside texts: URLs, assignments, JSON in strings, escapes, Japanese sentences, several lines.
import { describe, expect, test } from 'vitest'
import { createMasker } from '../../src/mask/index.js'
import { expand, seeded } from './templates.js'

const masker = createMasker()
const random = seeded(6)
const s = expand('{24:an}', random)
const hex = expand('{64:hex}', random)

test.each<[string, string]>([
  [`postgres://app:${s}@db.example.com:5432/main`, 'postgres://app:[masked:url-credentials]@db.example.com:5432/main'],
  [`redis://:${s}@cache.example.com`, 'redis://:[masked:url-credentials]@cache.example.com'],
  [`mongodb://a:${s}@one.example.com,two.example.com/x`, 'mongodb://a:[masked:url-credentials]@one.example.com,two.example.com/x'],
  [`https://example.com/cb?access_token=${s}&state=1`, 'https://example.com/cb?access_token=[masked:key-name]&state=1'],
  [
    `https://s3.example.com/k?X-Amz-Credential=AKIA/20260101/eu/s3&X-Amz-Signature=${hex}&X-Amz-Date=1`,
    'https://s3.example.com/k?X-Amz-Credential=[masked:key-name]&X-Amz-Signature=[masked:key-name]&X-Amz-Date=1'
  ],
  [`Server=db;User Id=sa;Password=${s};Encrypt=true`, 'Server=db;User Id=sa;Password=[masked:key-name];Encrypt=true'],
  [`Authorization: Bearer ${s}\r\nAccept: */*`, 'Authorization: Bearer [masked:bearer-token]\r\nAccept: */*'],
  [`authorization=Basic ${Buffer.from(`me:${s}`).toString('base64')}`, 'authorization=Basic [masked:basic-auth]'],
  [
    `Authorization: Digest username="me", realm="x", response="${s}"`,
    'Authorization: Digest username="me", realm="x", response="[masked:authorization]"'
  ],
  [`curl -s -u me:${s} https://example.com`, 'curl -s -u me:[masked:key-name] https://example.com'],
  [`run --db-password ${s} --verbose`, 'run --db-password [masked:key-name] --verbose'],
  [`the password is: ${s}`, 'the password is: [masked:key-name]'],
  [`the password is ${s}.`, 'the password is [masked:key-name].'],
  [`パスワードは${s}です`, 'パスワードは[masked:key-name]です'],
  [`【暗証番号】暗証番号＝${s}、以上`, '【暗証番号】暗証番号＝[masked:key-name]、以上'],
  [`{"api_key":"${s}","n":1}`, '{"api_key":"[masked:key-name]","n":1}'],
  [`q=1%26password%3D${s}%26x%3D2`, 'q=1%26password%3D[masked:key-name]%26x%3D2'],
  [`v%3DAstraCS%3A${s}%3A${hex}%26x%3D2`, 'v%3D[masked:astra-token]%26x%3D2'],
  [`<password>${s}</password>`, '<password>[masked:key-name]</password>'],
  [`token: |\n  ${s}\n  ${hex}\nnext: 1`, 'token: |\n  [masked:key-name]\n  [masked:key-name]\nnext: 1'],
  [`<secret>{store AQAA ${s}}</secret>`, '<secret>{[masked:key-name]}</secret>'],
  [`password := "${s}"`, 'password := "[masked:key-name]"'],
  [`secret_key ||= '${s}'`, "secret_key ||= '[masked:key-name]'"],
  [`api_keys[] = "${s}"`, 'api_keys[] = "[masked:key-name]"'],
  [`password: "two words ${s}"`, 'password: "[masked:key-name]"']
])('%s', (text, masked) => expect(masker.mask(text)).toBe(masked))

test('JSON inside strings inside JSON', () => {
  let text = JSON.stringify({ password: s, note: 'kept' })
  for (let level = 0; level < 5; level++) {
    const out = masker.mask(text)
    expect(out, `level ${level}`).not.toContain(s)
    expect(out).toContain('kept')
    text = JSON.stringify({ payload: text })
  }
})

test('a private key, whole, escaped, and cut off', () => {
  const block = `-----BEGIN RSA PRIVATE KEY-----\n${hex}\n${hex}\n-----END RSA PRIVATE KEY-----`
  expect(masker.mask(`a\n${block}\nb`)).toBe('a\n[masked:private-key]\nb')
  for (const text of [JSON.stringify({ k: block }), JSON.stringify(JSON.stringify({ k: block })), block.slice(0, -40)])
    expect(masker.mask(text)).not.toContain(hex)
  const certificate = `-----BEGIN CERTIFICATE-----\n${hex}\n-----END CERTIFICATE-----`
  expect(masker.mask(certificate)).toBe(certificate)
})

describe('what only looks like a secret stays', () => {
  test.each([
    'prompt_tokens=123 completion_tokens=456',
    'basic auth disabled',
    'Bearer authentication failed',
    'password: incorrect',
    'token expired, please log in again',
    'password=${DB_PASSWORD} token={{ secrets.TOKEN }} key=<your-key>',
    'const token = getToken()',
    'SELECT id FROM tokens WHERE key = $1',
    'request 8f14e45f-ceea-467f-a9d9-0f6b2e1c3d4a took 12 ms',
    'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'integrity sha512-9x3Yw8hQ0xq1mYl3d2Z9bqWb1cVt6pK0rT5uJ7oN4aSfGhEjLkMiPqRsTuVwXyZ0123456789ABCDEFabcdef==',
    'パスワードを忘れた方はこちら',
    '暗証番号を入力してください',
    'model=gpt-4o-mini-2024-07-18 order 4929384756',
    'the secret to good coffee is fresh beans'
  ])('%s', (text) => expect(masker.mask(text)).toBe(text))
})

describe('a value beside its name, with no operator between them', () => {
  test.each<[string, string]>([
    [`["Host","example.com","X-Api-Key","${s}"]`, '["Host","example.com","X-Api-Key","[masked:key-name]"]'],
    [`["Authorization", "Bearer ${s}"]`, '["Authorization", "Bearer [masked:bearer-token]"]'],
    [`[\\"password\\",\\"${s}\\"]`, '[\\"password\\",\\"[masked:key-name]\\"]'],
    [`connect('password', '${s}')`, "connect('password', '[masked:key-name]')"],
    [`client.setPassword("${s}")`, 'client.setPassword("[masked:key-name]")'],
    [`{"name":"DB_PASSWORD","value":"${s}"}`, '{"name":"DB_PASSWORD","value":"[masked:key-name]"}'],
    [`- name: DB_PASSWORD\n  value: ${s}\n`, '- name: DB_PASSWORD\n  value: [masked:key-name]\n'],
    [`<add key="ApiKey" value="${s}"/>`, '<add key="ApiKey" value="[masked:key-name]"/>'],
    [
      `{"key":"http.request.header.x-api-key","value":{"stringValue":"${s}"}}`,
      '{"key":"http.request.header.x-api-key","value":{"stringValue":"[masked:key-name]"}}'
    ],
    [`token:\n  ${s}\nnext`, 'token:\n  [masked:key-name]\nnext'],
    [`const token =\n  '${s}'`, "const token =\n  '[masked:key-name]'"],
    [`machine example.com login me password ${s}`, 'machine example.com login me password [masked:key-name]'],
    [`request with api key ${s} refused`, 'request with api key [masked:key-name] refused'],
    [`CREATE USER me IDENTIFIED BY '${s}'`, "CREATE USER me IDENTIFIED BY '[masked:key-name]'"],
    [`ALTER USER me PASSWORD '${s}'`, "ALTER USER me PASSWORD '[masked:key-name]'"],
    [`SET PASSWORD FOR 'me' = '${s}'`, "SET PASSWORD FOR 'me' = '[masked:key-name]'"],
    [`the password for me: ${s}`, 'the password for me: [masked:key-name]'],
    [`【パスワード】${s}、以上`, '【パスワード】[masked:key-name]、以上'],
    [`「トークン」：「${s}」`, '「トークン」：「[masked:key-name]」'],
    [`next=%252Fcb%253Ftoken%253D${s}%2526a%253D1`, 'next=%252Fcb%253Ftoken%253D[masked:key-name]%2526a%253D1']
  ])('%s', (text, masked) => expect(masker.mask(text)).toBe(masked))

  test.each([
    '["username","password","email"]',
    '["password","sha256"], ["token","us-east-1"]',
    '{"name":"password","type":"string"} {"name":"token","value":"3"}',
    '<input name="password" value="">',
    'password:\n  enabled: true\n',
    'secrets:\n  db_password1:\n    file: a',
    'token:\n2024-11-26T10:00:00Z',
    'TOKEN=\nDB_HOST2=abcdef123',
    'token bucket4 refilled, the page token CAUQAA12345678901234 expired',
    'token 550e8400-e29b-41d4-a716-446655440000',
    'password policy2024 and password field1 are required',
    'secret "my-secret" not found',
    "Unexpected token 'export'",
    'Unexpected token "}" in JSON at position 12',
    'getPassword("projects/12/secrets/x9y8z7")',
    "IDENTIFIED BY ? or IDENTIFIED BY 'password'",
    'PASSWORD EXPIRE NEVER',
    '【パスワード】8文字以上',
    '「パスワード」を忘れた'
  ])('stays: %s', (text) => expect(masker.mask(text)).toBe(text))
})

describe('a weak name is judged by its value alone, whatever follows', () => {
  test.each([`pass=hunter2xyzQ99 and words`, `auth=${s} next=5`, `session: ${s}, user 5`, `key=${s} x`, `pw: ${s} x`])('%s', (text) =>
    expect(masker.mask(text)).toBe(text.replace(/hunter2xyzQ99|(?<=[:=] ?)\w{24}/, '[masked:key-name]'))
  )

  test.each([
    'auth=oauth2-client-credentials mode=1',
    'code: ERR_HTTP2_STREAM_ERROR at x',
    'ticket: SUPPORT-12345 opened',
    'session: 2024-11-26T10:00:00Z start',
    'pw=1280 px, key=user:42:profile-abc12 x'
  ])('stays: %s', (text) => expect(masker.mask(text)).toBe(text))
})

describe('passwords behind the short flags of known programs', () => {
  test.each<[string, string]>([
    [`mysql -u root -p${s} app`, 'mysql -u root -p[masked:key-name] app'],
    [`/usr/bin/mysqldump -uroot -p'${s}' app`, "/usr/bin/mysqldump -uroot -p'[masked:key-name]' app"],
    [`sshpass -p ${s} ssh -p 2222 host`, 'sshpass -p [masked:key-name] ssh -p 2222 host'],
    [`docker login -u me -p ${s} registry.example.com`, 'docker login -u me -p [masked:key-name] registry.example.com'],
    [`az login --service-principal -u a -p ${s}`, 'az login --service-principal -u a -p [masked:key-name]'],
    [`redis-cli -h cache -a ${s} ping`, 'redis-cli -h cache -a [masked:key-name] ping'],
    [`mongosh --host a -u me -p ${s}`, 'mongosh --host a -u me -p [masked:key-name]'],
    [`ldapsearch -D cn=a -w ${s}`, 'ldapsearch -D cn=a -w [masked:key-name]'],
    [`zip -P ${s} a.zip b`, 'zip -P [masked:key-name] a.zip b']
  ])('%s', (text, masked) => expect(masker.mask(text)).toBe(masked))

  test.each([
    'docker run -p 8080:80 image1',
    'mkdir -p /var/lib/app1',
    'ssh -p 2222 host',
    'mysql -u root -p app1',
    'psql -p 5432 main',
    'mysql -u root; cp -p file1 file2',
    'mysql -u root\ntar -pxzf archive1.tgz',
    'kubectl get pods -w deployment1',
    'cp -a source1 target1',
    `mysql ${'--verbose '.repeat(30)}-phunter2abc`
  ])('stays: %s', (text) => expect(masker.mask(text)).toBe(text))
})
