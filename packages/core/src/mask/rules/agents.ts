// Search, memory, tracing and gateways of agents. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const agents: RuleGroup = {
  area: 'agents',
  tokens: [
    {
      id: 'pinecone-key',
      vendor: 'Pinecone',
      prefixes: ['pcsk_'],
      body: '[A-Za-z0-9_-]{40,100}',
      source: 'https://docs.pinecone.io/guides/projects/manage-api-keys',
      yes: ['pcsk_{6:an}_{63:an}'],
      no: ['pcsk_a']
    },
    {
      id: 'elevenlabs-key',
      vendor: 'ElevenLabs',
      prefixes: ['sk_'],
      body: '[a-f0-9]{48}',
      exact: true,
      source: 'https://elevenlabs.io/docs/api-reference/authentication',
      yes: ['sk_{48:hex}'],
      no: ['sk_buff']
    },
    {
      id: 'cartesia-key',
      vendor: 'Cartesia',
      prefixes: ['sk_car_'],
      body: '[A-Za-z0-9_-]{20,60}',
      source: 'https://docs.cartesia.ai/',
      yes: ['sk_car_{22:an}'],
      no: ['sk_car_x']
    },
    {
      id: 'databricks-token',
      vendor: 'Databricks',
      prefixes: ['dapi'],
      body: '[a-f0-9]{32}(?:-\\d)?',
      exact: true,
      source: 'https://docs.databricks.com/en/dev-tools/auth/pat.html',
      yes: ['dapi{32:hex}', 'dapi{32:hex}-2'],
      no: ['dapid', 'dapi123']
    },
    {
      id: 'friendli-token',
      vendor: 'Friendli',
      prefixes: ['flp_'],
      body: '[A-Za-z0-9]{30,80}',
      source: 'https://docs.friendli.ai/',
      yes: ['flp_{46:an}'],
      no: ['flp_a']
    },
    {
      id: 'modal-token',
      vendor: 'Modal',
      prefixes: ['ak-', 'as-'],
      body: '[A-Za-z0-9]{22}',
      exact: true,
      source: 'https://modal.com/docs/reference/modal.config',
      yes: ['ak-{22:an}', 'as-{22:an}'],
      no: ['as-is', 'ak-47']
    },
    {
      id: 'runpod-key',
      vendor: 'RunPod',
      prefixes: ['rpa_'],
      body: '[A-Za-z0-9]{30,60}',
      source: 'https://docs.runpod.io/get-started/api-keys',
      yes: ['rpa_{40:up}{6:lo}'],
      no: ['rpa_x']
    },
    {
      id: 'wandb-key',
      vendor: 'Weights & Biases',
      prefixes: ['wandb_v1_'],
      body: '[A-Za-z0-9_-]{40,120}',
      source: 'https://docs.wandb.ai/',
      yes: ['wandb_v1_{77:w}'],
      no: ['wandb_v1_x']
    },
    {
      id: 'tavily-key',
      vendor: 'Tavily',
      prefixes: ['tvly-'],
      body: '(?:dev-|prod-)?[A-Za-z0-9]{28,40}',
      source: 'https://docs.tavily.com/',
      yes: ['tvly-{32:an}', 'tvly-dev-{32:an}'],
      no: ['tvly-x']
    },
    {
      id: 'firecrawl-key',
      vendor: 'Firecrawl',
      prefixes: ['fc-'],
      body: '[a-f0-9]{32}',
      exact: true,
      source: 'https://docs.firecrawl.dev/',
      yes: ['fc-{32:hex}'],
      no: ['fc-barcelona']
    },
    {
      id: 'brave-search-key',
      vendor: 'Brave',
      prefixes: ['BSA'],
      body: '[A-Za-z0-9_-]{27,28}',
      exact: true,
      source: 'https://brave.com/search/api/',
      yes: ['BSA{28:an}'],
      no: ['BSABLE']
    },
    {
      id: 'llamaindex-key',
      vendor: 'LlamaIndex',
      prefixes: ['llx-'],
      body: '[A-Za-z0-9]{40,60}',
      source: 'https://docs.cloud.llamaindex.ai/',
      yes: ['llx-{48:an}'],
      no: ['llx-a']
    },
    {
      id: 'mem0-key',
      vendor: 'Mem0',
      prefixes: ['m0-'],
      body: '[A-Za-z0-9]{36,50}',
      source: 'https://docs.mem0.ai/',
      yes: ['m0-{40:an}'],
      no: ['m0-x']
    },
    {
      id: 'e2b-key',
      vendor: 'E2B',
      prefixes: ['e2b_'],
      body: '[a-f0-9]{40}',
      source: 'https://e2b.dev/docs',
      yes: ['e2b_{40:hex}'],
      no: ['e2b_box']
    },
    {
      id: 'browserbase-key',
      vendor: 'Browserbase',
      prefixes: ['bb_live_', 'bb_test_'],
      body: '[A-Za-z0-9_-]{20,60}',
      source: 'https://docs.browserbase.com/',
      yes: ['bb_live_{27:an}'],
      no: ['bb_live_x']
    },
    {
      id: 'vercel-ai-key',
      vendor: 'Vercel',
      prefixes: ['vck_'],
      body: '[A-Za-z0-9]{24,100}',
      source: 'https://vercel.com/docs/ai-gateway',
      yes: ['vck_{56:an}'],
      no: ['vck_x']
    },
    {
      id: 'dify-key',
      vendor: 'Dify',
      prefixes: ['app-'],
      body: '[A-Za-z0-9]{24}',
      exact: true,
      mixed: true,
      source: 'https://docs.dify.ai/',
      yes: ['app-{24:an}'],
      no: ['app-router', 'app-internationalization']
    },
    {
      id: 'coze-token',
      vendor: 'Coze',
      prefixes: ['pat_'],
      body: '[A-Za-z0-9]{64}',
      exact: true,
      source: 'https://www.coze.com/docs/',
      yes: ['pat_{64:an}'],
      no: ['pat_x']
    },
    {
      id: 'arize-key',
      vendor: 'Arize',
      prefixes: ['ak-'],
      body: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-[A-Za-z0-9_-]{20,40}',
      source: 'https://docs.arize.com/',
      yes: ['ak-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}-{32:w}'],
      no: ['ak-x']
    },
    {
      id: 'chroma-key',
      vendor: 'Chroma',
      prefixes: ['ck-'],
      body: '[A-Za-z0-9]{40,60}',
      source: 'https://docs.trychroma.com/cloud',
      yes: ['ck-{44:an}'],
      no: ['ck-editor']
    },
    {
      id: 'nebius-key',
      vendor: 'Nebius',
      prefixes: ['v1.C'],
      body: '[A-Za-z0-9_-]{60,300}',
      source: 'https://docs.nebius.com/studio',
      yes: ['v1.C{200:w}'],
      no: ['v1.Ca']
    }
  ]
}
