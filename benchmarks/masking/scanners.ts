// The kinds of positive cases that the public scanners test themselves with, rebuilt with fresh values in their published forms.
// The scanners' own test files are not part of this repository and are not run: a figure here speaks of these forms alone.
import { FORMATS } from './formats.js'
import type { Random } from './random.js'
import type { Case } from './recall.js'
import { SERVICES } from './services.js'

/** Makes the positives of one scanner. */
type Positives = (random: Random) => Case[]

export const SCANNERS: Readonly<Record<string, Positives>> = {
  gitleaks,
  trufflehog,
  secretlint,
  'detect-secrets': detectSecrets
}

/** Files that gitleaks writes a sample secret into (https://github.com/gitleaks/gitleaks, cmd/generate/config/utils). */
const ASSIGNMENTS: readonly ((name: string, secret: string) => string)[] = [
  (n, s) => `${n}Token="${s}"`,
  (n, s) => `${n}Token = "${s}"`,
  (n, s) => `${n}Token=${s}`,
  (n, s) => `${n}Token = ${s}`,
  (n, s) => `{\n    "${n}_token": "${s}"\n}`,
  (n, s) => `\\{\n    \\"${n}_token\\": \\"${s}\\"\n\\}`,
  (n, s) => `<${n}Token>${s}</${n}Token>`,
  (n, s) => `<${n}Token>\n    ${s}\n</${n}Token>`,
  (n, s) => `${n}_token: ${s}`,
  (n, s) => `${n}_token: '${s}'`,
  (n, s) => `${n}_token: "${s}"`,
  (n, s) => `${n}_token: |\n  ${s}`,
  (n, s) => `${n}_token: >\n  ${s}`,
  (n, s) => `string ${n}Token = "${s}";`,
  (n, s) => `var ${n}Token string = "${s}"`,
  (n, s) => `${n}Token := "${s}"`,
  (n, s) => `${n}Token := \`${s}\``,
  (n, s) => `String ${n}Token = "${s}";`,
  (n, s) => `var ${n}Token = "${s}"`,
  (n, s) => `$${n}Token .= "${s}"`,
  (n, s) => `${n}Token = '${s}'`,
  (n, s) => `${n}Token,${s},`,
  (n, s) => `  "${n}Token" => "${s}"`,
  (n, s) => `${n}_TOKEN = "${s}"`,
  (n, s) => `${n}_TOKEN := "${s}"`,
  (n, s) => `${n}_TOKEN ::= "${s}"`,
  (n, s) => `${n}_TOKEN :::= "${s}"`,
  (n, s) => `${n}_TOKEN ?= "${s}"`,
  (n, s) => `${n}_TOKEN += "${s}"`,
  (n, s) => `${n}_api_token = "${s}"`
]

function gitleaks(random: Random): Case[] {
  return samples(random).flatMap(([name, secret]) => ASSIGNMENTS.map((form) => ({ secret, line: form(name, secret) })))
}

/** Logs, Jenkins credentials and assignments in trufflehog's detector tests (https://github.com/trufflesecurity/trufflehog, pkg/detectors). */
const AROUND: readonly ((name: string, secret: string) => string)[] = [
  (n, s) => `[INFO] Sending request to ${n} API\n[DEBUG] Using API_KEY=${s}\n[INFO] Response received: 200 OK`,
  (n, s) => `[INFO] Sending request to the ${n} API\n[DEBUG] Using Key=${s}\n[INFO] Response received: 200 OK`,
  (n, s) =>
    `<StringCredentialsImpl>\n  <scope>GLOBAL</scope>\n  <id>{${n}}</id>\n  <secret>{${n} AQAAABAAA ${s}}</secret>\n  <description>production</description>\n  <owner>jenkins-admin</owner>\n</StringCredentialsImpl>`,
  (n, s) => `${n}_token = '${s}'`,
  (n, s) => `${n}_API_KEY= '${s}'`,
  (n, s) => `func main() {\n\t${n}Key := "${s}"\n\tclient.Use(${n}Key)\n}`,
  (n, s) => `# configuration of ${n}\nservices:\n  - name: ${n}\n    api_key: ${s}\n    timeout: 30s`,
  (n, s) => `{"${n}": {"secret": "${s}", "retries": 3}}`
]

function trufflehog(random: Random): Case[] {
  return samples(random).flatMap(([name, secret]) => AROUND.map((form) => ({ secret, line: form(name, secret) })))
}

function samples(random: Random): [name: string, secret: string][] {
  const prefixed = FORMATS.map(([service, shape]) => [service.toLowerCase().replace(/[^a-z0-9].*/, ''), random.expand(shape)])
  return [...prefixed, ...SERVICES.map(([name, shape]) => [name, random.expand(shape)])] as [string, string][]
}

/** Kinds of secretlint's rules (https://github.com/secretlint/secretlint, packages/@secretlint). */
const RULES: readonly ((random: Random) => readonly [line: string, secret: string])[] = [
  (r) => one(r, '{16:b32}', (s) => `AWS_ACCESS_KEY_ID=AKIA${s}`, 'AKIA'),
  (r) => one(r, '{40:an}', (s) => `AWS_SECRET_ACCESS_KEY = ${s}`),
  (r) => one(r, '{40:an}', (s) => `aws_secret_access_key: '${s}'`),
  (r) => one(r, '{40:an}', (s) => `"SecretAccessKey": "${s}"`),
  (r) => one(r, '{12:an}', (s) => `https://user:${s}@example.com/path`),
  (r) => one(r, '{12:an}', (s) => `ftp://app:${s}@files.example.com`),
  (r) => one(r, '{36:an}', (s) => `token = ghp_${s}`, 'ghp_'),
  (r) => one(r, '{36:an}', (s) => `oauth: gho_${s}`, 'gho_'),
  (r) => one(r, '{36:an}', (s) => `ghs_${s} was issued`, 'ghs_'),
  (r) => one(r, '{36:an}', (s) => `//registry.example.com/:_authToken=npm_${s}`, 'npm_'),
  (r) => one(r, '{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}', (s) => `//registry.example.com/:_authToken=${s}`),
  (r) => one(r, '{24:an}', (s) => `_auth=${s}==`),
  (r) => one(r, '{12:d}-{12:d}-{24:an}', (s) => `slack: xoxb-${s}`, 'xoxb-'),
  (r) => one(r, 'T{8:up}/B{8:up}/{24:an}', (s) => `https://hooks.slack.com/services/${s}`),
  (r) => one(r, '{22:w}.{43:w}', (s) => `SENDGRID_API_KEY=SG.${s}`, 'SG.'),
  (r) => one(r, '{64:an}', (s) => `-----BEGIN RSA PRIVATE KEY-----\n${s}\n${s}\n-----END RSA PRIVATE KEY-----`),
  (r) =>
    one(
      r,
      '{64:an}',
      (s) => `{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\\n${s}\\n-----END PRIVATE KEY-----\\n"}`
    ),
  (r) => one(r, '{20:an}T3BlbkFJ{20:an}', (s) => `OPENAI_API_KEY=sk-${s}`, 'sk-'),
  (r) => one(r, '{93:w}AA', (s) => `const key = 'sk-ant-api03-${s}'`, 'sk-ant-api03-'),
  (r) => one(r, '{32:hex}', (s) => `SHOPIFY=shpat_${s}`, 'shpat_'),
  (r) => one(r, '{40:an}', (s) => `linear: lin_api_${s}`, 'lin_api_'),
  (r) => one(r, '{250:an}', (s) => `OP_SERVICE_ACCOUNT_TOKEN=ops_eyJ${s}`, 'ops_eyJ'),
  (r) => one(r, '{14:an}', (s) => `mongodb://app:${s}@db.example.com:27017/main`),
  (r) => one(r, '{14:an}', (s) => `mysql://root:${s}@127.0.0.1/test`),
  (r) => one(r, '{14:an}', (s) => `postgresql://app:${s}@db.example.com/main?sslmode=require`),
  (r) => one(r, '{64:hex}', (s) => `PRIVATE_KEY=0x${s}`),
  (r) => one(r, '{43:w}', (s) => `NOTION=secret_${s.replace(/[_-]/g, 'a')}`, 'secret_'),
  (r) => one(r, '{20:w}', (s) => `gitlab: glpat-${s}`, 'glpat-'),
  (r) => one(r, '{34:alpha}', (s) => `HF_TOKEN=hf_${s}`, 'hf_')
]

function one(random: Random, shape: string, line: (secret: string) => string, prefix = ''): readonly [string, string] {
  const body = random.expand(shape)
  const text = line(body)
  const from = text.indexOf(prefix) < 0 ? '' : prefix
  return [text, text.includes(from + body) ? from + body : body.replace(/[_-]/g, 'a')]
}

function secretlint(random: Random): Case[] {
  return RULES.flatMap((rule) =>
    Array.from({ length: 8 }, () => {
      const [line, secret] = rule(random)
      return { line, secret }
    })
  )
}

/** The keyword plug-in's ways to write an assignment (https://github.com/Yelp/detect-secrets, tests/plugins), with letters and signs as its values have. */
const KEYWORDS: readonly ((secret: string) => string)[] = [
  (s) => `apikey := "${s}"`,
  (s) => `apikey:='${s}'`,
  (s) => `apikey  :=   "${s}"`,
  (s) => `apikey := ${s}`,
  (s) => `apikey:=${s}`,
  (s) => `'theapikey': '${s}'`,
  (s) => `"theapikey": "${s}"`,
  (s) => `apikey:  '${s}'`,
  (s) => `apikey: ${s}`,
  (s) => `theapikey:${s}`,
  (s) => `apikey = @"${s}"`,
  (s) => `apikey[] = "${s}"`,
  (s) => `some_dict["secret"] = "${s}"`,
  (s) => `some_dict['secret'] = ${s}`,
  (s) => `the_password= "${s}"\n`,
  (s) => `my_password =${s}`,
  (s) => `my_password = ${s}`,
  (s) => `if (db_password == "${s}") {`,
  (s) => `"db_pass" => "${s}"`,
  (s) => `private_key '${s}';`,
  (s) => `apikey "${s}";`,
  (s) => `fooapikeyfoo "${s}";`,
  (s) => `secret = "${s}"`,
  (s) => `client_secret: "${s}"`
]
const QUOTED: readonly ((secret: string) => string)[] = [
  (s) => `postgres://app:${s}@db.example.com/x`,
  (s) => `Authorization: Basic ${Buffer.from(`me:${s}`).toString('base64')}`,
  (s) => `jenkins_artifactory: AKCp${s}${s}${s}`,
  (s) => `"account_key": "${s}"`,
  (s) => `cloudant_password = '${s}'`,
  (s) => `softlayer_api_key: ${s}`,
  (s) => `ibm-cloud-key="${s}"`
]

function detectSecrets(random: Random): Case[] {
  const signs = '{}[]()<>$#_-!?*+;:^~.'
  const hard = (): string => {
    let out = random.of('alpha', 3)
    for (let index = 0; index < 8; index++) out += random.of('lo', 1 + random.int(4)) + signs[random.int(signs.length)]!
    return out + random.of('alpha', 4)
  }
  const fill = (forms: readonly ((secret: string) => string)[], value: () => string): Case[] =>
    forms.flatMap((form) =>
      Array.from({ length: 6 }, () => {
        const secret = value()
        return { secret, line: form(secret) }
      })
    )
  return [...fill(KEYWORDS, hard), ...fill(QUOTED, () => random.of('an', 20))]
}
