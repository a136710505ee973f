// Puts results of the http benchmark into the README, one line of JSON a run: `cat *.json | node scripts/publish-http.mjs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharesOf } from '../benchmarks/http/shares.mjs'
import { root } from './run.mjs'

// Each line comes from `npm run bench -- http --context --records --unbuffered --json`, with `--node=24`, `--ask` or neither. Runs of one case
// and one commit are put together; of several commits the last in the input counts. The table is aligned by the formatter: npx biome check --write README.md
const ALL = 'logs+metrics+traces'
const UNBUFFERED = `${ALL}+unbuffered`
/** What stands beside it, by its variant of the benchmark. */
const BESIDE = { context: 'nothing but a context', 'by-hand': 'the same records by hand' }
const KIND = { http: 'a small answer', 'http, one outgoing call': 'one outgoing call' }
/** Shares of the peers that the SDK is held to. */
const GOALS = { http: { express: 0.2, fastify: 0.32 }, 'http, one outgoing call': { express: 0.4, fastify: 0.4 } }

const cases = new Map()
for (const line of readFileSync(0, 'utf8').split('\n')) {
  if (!line.startsWith('{')) continue
  const { case: request, node, commit, results } = JSON.parse(line)
  for (const [framework, { cpu }] of Object.entries(results)) {
    const key = [request, framework, node].join('|')
    const before = cases.get(key)
    cases.set(key, { commit, sets: before?.commit === commit ? [...before.sets, ...cpu] : cpu })
  }
}
if (cases.size === 0) throw new Error('no result of the http benchmark came in')

const percent = (share) => `${Math.round(share * 100)} %`
const found = [...cases].map(([key, { commit, sets }]) => {
  const [request, framework, node] = key.split('|')
  return { request, framework, node, commit, sets, goal: GOALS[request][framework], ...sharesOf(sets) }
})
found.sort((a, b) => a.request.localeCompare(b.request) || a.framework.localeCompare(b.framework) || a.node - b.node)
const shareOf = (shares, variant) => (shares[variant] ? percent(shares[variant].share) : 'not measured')
const rows = found.map(({ request, framework, node, commit, sets, goal, shares, addedMicroseconds }) => {
  const ours = shares[ALL]
  const rounds = sets.reduce((sum, set) => sum + set.peers.length, 0)
  return [
    KIND[request],
    framework,
    node,
    `${Math.round(addedMicroseconds.peers)} µs`,
    `**${percent(ours.share)}**`,
    [Math.min(...ours.sets), Math.max(...ours.sets)].map(percent).join(' to '),
    percent(goal),
    shareOf(shares, UNBUFFERED),
    ...Object.keys(BESIDE).map((variant) => shareOf(shares, variant)),
    `${rounds} in ${sets.length}`,
    commit
  ]
})
const head = [
  'request',
  'framework',
  'Node',
  'peers add',
  'ours',
  'ours, by set',
  'goal',
  'ours, each line in its turn',
  ...Object.values(BESIDE),
  'rounds in sets',
  'commit'
]
const missed = found.filter(({ goal, shares }) => shares[ALL].share > goal)
const miss = ({ request, framework, node, goal, shares }) =>
  `${framework} on Node ${node}, ${KIND[request]}: ${percent(shares[ALL].share)} for a goal of ${percent(goal)}, where the same records by hand take ${shareOf(shares, 'by-hand')}`
const paragraphs = [
  'Shares of what the peers add; the middle of interleaved rounds on a shared two-core machine. A set is processes started and warmed up anew, and the range over the sets says how far to trust the last digit.',
  "Log lines of the peers wait until 4 KB are together; ours wait up to 100 ms here (`destination: { file, buffer: '100ms' }`). Without a buffer, the default, each line is with the kernel at the end of its turn, so that a process that is killed loses none before it: that is the column behind the goal.",
  'The last two shares are of the same rounds: the first is the context (and the header on the call), the second makes the same records by hand: lines and spans by JSON.stringify, buffered and batched as those of the peers, and counts in an array; nothing masked, checked or bounded.',
  missed.length === 0 ? 'Every goal is met.' : `Goals that are not met: ${missed.map(miss).join('; ')}.`
]
const line = (cells) => `| ${cells.join(' | ')} |`
const text = [line(head), line(head.map(() => '---')), ...rows.map(line), ...paragraphs.flatMap((paragraph) => ['', paragraph])].join('\n')
const file = join(root, 'README.md')
const readme = readFileSync(file, 'utf8')
writeFileSync(
  file,
  readme.replace(/<!-- bench:start -->[\s\S]*?<!-- bench:end -->/, () => `<!-- bench:start -->\n\n${text}\n\n<!-- bench:end -->`)
)
