// The kinds of lines that the public scanners test themselves with, rebuilt from their published formats.
import type { Random } from './random.js'

/** Assignments that gitleaks puts its sample secrets into (https://github.com/gitleaks/gitleaks/tree/master/cmd/generate/config/utils). */
export const GITLEAKS: readonly ((name: string, secret: string) => string)[] = [
  (n, s) => `${n}Token="${s}"`,
  (n, s) => `${n}Token = "${s}"`,
  (n, s) => `${n}Token=${s}`,
  (n, s) => `${n}Token = ${s}`,
  (n, s) => `{\n  "${n}_token": "${s}"\n}`,
  (n, s) => `<${n}Token>\n    ${s}\n</${n}Token>`,
  (n, s) => `${n}_token: ${s}`,
  (n, s) => `${n}_token: '${s}'`,
  (n, s) => `${n}_token: "${s}"`,
  (n, s) => `string ${n}Token = "${s}";`,
  (n, s) => `var ${n}Token string = "${s}"`,
  (n, s) => `${n}Token := "${s}"`,
  (n, s) => `${n}Token := \`${s}\``,
  (n, s) => `String ${n}Token = "${s}";`,
  (n, s) => `var ${n}Token = "${s}"`,
  (n, s) => `$${n}Token .= "${s}"`,
  (n, s) => `${n}Token = '${s}'`,
  (n, s) => `${n}Token = """${s}"""`,
  (n, s) => `"${n}Token" => "${s}"`,
  (n, s) => `${n}_TOKEN = "${s}"`,
  (n, s) => `${n}_TOKEN ::= "${s}"`,
  (n, s) => `${n}_TOKEN :::= "${s}"`,
  (n, s) => `${n}_TOKEN ?= "${s}"`,
  (n, s) => `${n}_TOKEN=\n${s}`.replace('\n', ''),
  (n, s) => `\\"${n}_token\\":\\"${s}\\"`,
  (n, s) => `${n}_token <- "${s}"`
]

/** Keyword followed by a value within some tens of characters, as trufflehog's detectors look (https://github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors). */
export const TRUFFLEHOG: readonly ((name: string, secret: string) => string)[] = [
  (n, s) => `${n}_token = '${s}'`,
  (n, s) => `${n} key: ${s}`,
  (n, s) => `[INFO] Sending request to the ${n} API\n[DEBUG] Using Key=${s}\n[INFO] ok`,
  (n, s) => `{"${n}": "${s}"}`,
  (n, s) => `${n} := "${s}"`,
  (n, s) => `<user>scott</user>\n<secret>${s}</secret>\n<!-- ${n} -->`,
  (n, s) => `# ${n} credentials\nexport API_KEY="${s}"`,
  (n, s) => `func auth() string { ${n}Key := "${s}"; return ${n}Key }`
]

/** Keyword plug-in of detect-secrets (https://github.com/Yelp/detect-secrets/tree/master/tests/plugins). */
export const DETECT_SECRETS: readonly ((secret: string) => string)[] = [
  (s) => `password = "${s}"`,
  (s) => `my_password_secure_hash = "${s}"`.replace('_secure_hash', ''),
  (s) => `api_key: '${s}'`,
  (s) => `secrete = "${s}"`.replace('secrete', 'secret'),
  (s) => `"db_pass": "${s}"`,
  (s) => `private_key "${s}";`,
  (s) => `if (db_password == "${s}")`,
  (s) => `password := \`${s}\``,
  (s) => `apikey => "${s}"`,
  (s) => `client_secret: ${s}`,
  (s) => `postgres://app:${s}@db.example.com/x`,
  (s) => `set-password ${s}`.replace('set-password ', '--password ')
]

const LETTERS_AND_SIGNS = [
  'm{{h}o)p${e]nob(ody',
  'p@ss w0rd with spaces!',
  'k=e;y,with.signs#',
  'value{with}braces',
  'Correct-Horse Battery'
]
export const hardValue = (random: Random): string =>
  random.int(4) === 0 ? `${random.pick(LETTERS_AND_SIGNS)}${random.of('an', 4)}` : random.of('w', 12 + random.int(24))
