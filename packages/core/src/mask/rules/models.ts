// Language and speech models. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const models: RuleGroup = {
  area: 'models',
  tokens: [
    {
      id: 'openai-key',
      vendor: 'OpenAI',
      prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'],
      body: '[A-Za-z0-9_-]{20,200}',
      source: 'https://platform.openai.com/docs/api-reference/authentication',
      yes: ['sk-proj-{74:w}T3BlbkFJ{73:an}', 'sk-svcacct-{60:an}', 'sk-admin-{58:an}'],
      no: ['sk-proj-demo', 'sk-admin-page']
    },
    {
      id: 'openai-key',
      vendor: 'OpenAI',
      prefixes: ['sk-'],
      body: '[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}',
      source: 'https://platform.openai.com/docs/api-reference/authentication',
      yes: ['sk-{20:an}T3BlbkFJ{20:an}'],
      no: ['sk-learn']
    },
    {
      id: 'sk-key',
      vendor: 'DeepSeek, Moonshot, Stability and others',
      prefixes: ['sk-'],
      body: '[A-Za-z0-9]{24,200}',
      source: 'https://api-docs.deepseek.com/',
      yes: ['sk-{32:hex}', 'sk-{48:an}'],
      no: ['sk-SK', 'sk-button-primary-large-rounded']
    },
    {
      id: 'anthropic-key',
      vendor: 'Anthropic',
      prefixes: ['sk-ant-'],
      body: '[A-Za-z0-9_-]{20,200}',
      source: 'https://docs.anthropic.com/en/api/overview',
      yes: ['sk-ant-api03-{93:w}AA', 'sk-ant-admin01-{93:w}AA', 'sk-ant-oat01-{93:w}AA'],
      no: ['sk-ant-hill']
    },
    {
      id: 'openrouter-key',
      vendor: 'OpenRouter',
      prefixes: ['sk-or-'],
      body: '(?:v1-)?[a-f0-9]{32,80}',
      source: 'https://openrouter.ai/docs/api-reference/authentication',
      yes: ['sk-or-v1-{64:hex}'],
      no: ['sk-or-not']
    },
    {
      id: 'langfuse-key',
      vendor: 'Langfuse',
      prefixes: ['sk-lf-'],
      body: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://langfuse.com/docs/api',
      yes: ['sk-lf-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['sk-lf-1']
    },
    {
      id: 'helicone-key',
      vendor: 'Helicone',
      prefixes: ['sk-helicone-', 'pk-helicone-'],
      body: '[A-Za-z0-9_-]{20,80}',
      source: 'https://docs.helicone.ai/',
      yes: ['sk-helicone-{7:lo}-{7:lo}-{7:lo}-{7:lo}'],
      no: ['sk-helicone-a']
    },
    {
      id: 'google-api-key',
      vendor: 'Google',
      prefixes: ['AIza'],
      body: '[A-Za-z0-9_-]{35,37}',
      source: 'https://cloud.google.com/docs/authentication/api-keys',
      yes: ['AIza{35:w}'],
      no: ['AIzaShort']
    },
    {
      id: 'vertex-express-key',
      vendor: 'Google',
      prefixes: ['AQ.Ab'],
      body: '[A-Za-z0-9_-]{40,200}',
      source: 'https://cloud.google.com/vertex-ai/generative-ai/docs/start/api-keys',
      yes: ['AQ.Ab{50:w}'],
      no: ['AQ.Abc']
    },
    {
      id: 'groq-key',
      vendor: 'Groq',
      prefixes: ['gsk_'],
      body: '[A-Za-z0-9]{40,80}',
      source: 'https://console.groq.com/docs/quickstart',
      yes: ['gsk_{52:an}'],
      no: ['gsk_test']
    },
    {
      id: 'xai-key',
      vendor: 'xAI',
      prefixes: ['xai-'],
      body: '[A-Za-z0-9]{60,120}',
      source: 'https://docs.x.ai/docs/overview',
      yes: ['xai-{80:an}'],
      no: ['xai-grok-4']
    },
    {
      id: 'perplexity-key',
      vendor: 'Perplexity',
      prefixes: ['pplx-'],
      body: '[A-Za-z0-9]{40,80}',
      source: 'https://docs.perplexity.ai/',
      yes: ['pplx-{48:an}'],
      no: ['pplx-70b-online']
    },
    {
      id: 'huggingface-token',
      vendor: 'Hugging Face',
      prefixes: ['hf_', 'api_org_'],
      body: '[A-Za-z0-9]{30,60}',
      source: 'https://huggingface.co/docs/hub/security-tokens',
      yes: ['hf_{34:alpha}', 'api_org_{34:alpha}'],
      no: ['hf_hub_download', 'hf_transfer']
    },
    {
      id: 'replicate-token',
      vendor: 'Replicate',
      prefixes: ['r8_'],
      body: '[A-Za-z0-9_-]{37,45}',
      source: 'https://replicate.com/docs/reference/http',
      yes: ['r8_{37:an}'],
      no: ['r8_model']
    },
    {
      id: 'fireworks-key',
      vendor: 'Fireworks',
      prefixes: ['fw_'],
      body: '[A-Za-z0-9]{20,40}',
      source: 'https://docs.fireworks.ai/',
      yes: ['fw_{24:an}'],
      no: ['fw_version']
    },
    {
      id: 'anyscale-key',
      vendor: 'Anyscale',
      prefixes: ['esecret_'],
      body: '[A-Za-z0-9]{20,60}',
      source: 'https://docs.anyscale.com/',
      yes: ['esecret_{26:lo}'],
      no: ['esecret_x']
    },
    {
      id: 'nvidia-key',
      vendor: 'NVIDIA',
      prefixes: ['nvapi-'],
      body: '[A-Za-z0-9_-]{40,100}',
      source: 'https://docs.api.nvidia.com/',
      yes: ['nvapi-{64:w}'],
      no: ['nvapi-x']
    },
    {
      id: 'cerebras-key',
      vendor: 'Cerebras',
      prefixes: ['csk-'],
      body: '[A-Za-z0-9]{40,60}',
      source: 'https://inference-docs.cerebras.ai/',
      yes: ['csk-{48:lo}'],
      no: ['csk-1']
    },
    {
      id: 'voyage-key',
      vendor: 'Voyage AI',
      prefixes: ['pa-'],
      body: '[A-Za-z0-9_-]{43}',
      exact: true,
      source: 'https://docs.voyageai.com/docs/api-key-and-installation',
      yes: ['pa-{43:an}'],
      no: ['pa-1234']
    },
    {
      id: 'jina-key',
      vendor: 'Jina AI',
      prefixes: ['jina_'],
      body: '[A-Za-z0-9]{32}[A-Za-z0-9_-]{20,40}',
      source: 'https://jina.ai/embeddings/',
      yes: ['jina_{32:hex}{28:an}'],
      no: ['jina_embeddings_v3']
    },
    {
      id: 'langsmith-key',
      vendor: 'LangSmith',
      prefixes: ['lsv2_pt_', 'lsv2_sk_', 'lsv2_'],
      body: '[a-f0-9]{32}_[a-f0-9]{10}',
      source: 'https://docs.smith.langchain.com/',
      yes: ['lsv2_pt_{32:hex}_{10:hex}', 'lsv2_sk_{32:hex}_{10:hex}'],
      no: ['lsv2_pt_x']
    },
    {
      id: 'langsmith-key',
      vendor: 'LangSmith',
      prefixes: ['ls__'],
      body: '[a-f0-9]{32}',
      source: 'https://docs.smith.langchain.com/',
      yes: ['ls__{32:hex}'],
      no: ['ls__init']
    }
  ]
}
