// The site of the documentation. Pages are listed here in reading order; one that does not exist is left out.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'

const docs = join(import.meta.dirname ?? __dirname, '..')
const pages = (...entries: [text: string, path: string][]) =>
  entries.filter(([, path]) => existsSync(join(docs, `${path}.md`))).map(([text, path]) => ({ text, link: `/${path}` }))

export default defineConfig({
  title: '@rag/observability',
  description: 'Logs, metrics, traces, LLM costs and caching for RAG services in one pass.',
  cleanUrls: true,
  // Pages also link to files of the repository, which the site does not hold.
  ignoreDeadLinks: [/^(\.\.\/)+/, /^\.\/\.\.\//],
  themeConfig: {
    search: { provider: 'local' },
    sidebar: [
      { text: 'Start', items: pages(['Five minutes', 'index'], ['The house', 'architecture'], ['Requirements', 'requirements'], ['The example measured', 'demo']) },
      {
        text: 'Parts',
        items: pages(
          ['Masking', 'masking'],
          ['Logs', 'logs'],
          ['Metrics', 'metrics-guide'],
          ['Tracing', 'tracing'],
          ['LLM meter', 'llm'],
          ['Cache', 'cache'],
          ['Operations', 'ops']
        )
      },
      {
        text: 'Coming from',
        items: pages(
          ['pino-http and redaction', 'migrate/pino-http'],
          ['prom-client middlewares', 'migrate/prom-client'],
          ['OpenTelemetry instrumentations', 'migrate/opentelemetry'],
          ['LLM tracing libraries', 'migrate/llm-tracing'],
          ['other caches', 'migrate/caches']
        )
      },
      { text: 'Reference', items: pages(['Options', 'options'], ['Metrics', 'metrics'], ['Error codes', 'errors']) }
    ]
  }
})
