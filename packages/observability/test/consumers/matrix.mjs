// Who uses the packed packages, and how: each consumer is installed once by npm and run on every Node.
const EVERY_NODE = ['20', '22', '24', '26']
const EXPRESS = { express: '^5.0.0', express4: 'npm:express@^4.21.0' }
const node = (file, ...values) => ({ title: [file, ...values].join(' '), values: [file, ...values] })

export const CONSUMERS = [
  {
    name: 'services',
    dependencies: { '@opentelemetry/api': '1.9.1', ...EXPRESS, fastify: '^5.0.0' },
    fixtures: 'run',
    nodes: EVERY_NODE,
    runs: [
      ...['express', 'express4'].flatMap((framework) => [
        node('express.cjs', framework),
        node('express.mjs', framework),
        node('mixed.mjs', framework)
      ]),
      node('fastify.cjs'),
      node('fastify.mjs'),
      node('own-spans.cjs', 'express'),
      { title: '--import @rag/tracing/register', values: ['--import', '@rag/tracing/register', 'registered.mjs'] }
    ]
  },
  {
    name: 'sdk-2',
    dependencies: { '@opentelemetry/api': '1.9.1', '@opentelemetry/sdk-trace-node': '^2.12.0', express: '^5.0.0' },
    fixtures: 'run',
    nodes: EVERY_NODE,
    runs: [node('joined.mjs', '@opentelemetry/sdk-trace-node')]
  },
  {
    name: 'sdk-3',
    dependencies: { '@opentelemetry/api': '1.10.0', '@opentelemetry/sdk-trace': '^3.1.0', express: '^5.0.0' },
    fixtures: 'run',
    // That version asks for Node 22.15.
    nodes: ['22', '24', '26'],
    runs: [node('joined.mjs', '@opentelemetry/sdk-trace')]
  },
  {
    name: 'api-1.10',
    dependencies: { '@opentelemetry/api': '1.10.0', ...EXPRESS, fastify: '^5.0.0' },
    fixtures: 'run',
    nodes: EVERY_NODE,
    runs: [node('own-spans.cjs', 'express'), node('mixed.mjs', 'express'), node('fastify.mjs')]
  },
  {
    name: 'bare',
    dependencies: { '@opentelemetry/api': '^1.9.0' },
    fixtures: 'run',
    nodes: EVERY_NODE,
    runs: [node('bare.cjs'), node('names.mjs')]
  },
  {
    name: 'llm-clients',
    dependencies: { '@opentelemetry/api': '^1.9.0' },
    // The service's own, and no part of what we bring along: one of them runs a script at installation.
    tools: { openai: '^7.0.0', '@anthropic-ai/sdk': '^1.0.0', '@google/genai': '^3.0.0' },
    fixtures: 'run',
    // Two of them ask for Node 22.
    nodes: ['22', '24', '26'],
    runs: [node('llm.mjs')]
  },
  {
    name: 'ops',
    dependencies: { '@opentelemetry/api': '^1.9.0' },
    fixtures: 'ops',
    nodes: EVERY_NODE,
    runs: [node('fresh.mjs')]
  },
  {
    name: 'jest',
    dependencies: { '@opentelemetry/api': '^1.9.0' },
    tools: { jest: '^30.0.0' },
    fixtures: 'jest',
    nodes: ['20', '26'],
    runs: [{ title: 'jest', values: ['node_modules/jest/bin/jest.js', '--silent'] }]
  },
  {
    name: 'types',
    dependencies: { '@opentelemetry/api': '^1.9.0', express: '^5.0.0', fastify: '^5.0.0' },
    tools: {
      '@types/express': '^5.0.0',
      '@types/node': '^20.19.0',
      'typescript-5.9': 'npm:typescript@~5.9.0',
      'typescript-6': 'npm:typescript@~6.0.0',
      'typescript-7': 'npm:typescript@^7.0.0'
    },
    fixtures: 'types',
    nodes: ['20'],
    runs: ['5.9', '6', '7'].flatMap((version) =>
      ['cjs', 'esm', 'bundler'].map((kind) => ({
        title: `TypeScript ${version} ${kind}`,
        values: [`node_modules/typescript-${version}/bin/tsc`, '-p', `tsconfig.${kind}.json`]
      }))
    )
  }
]
