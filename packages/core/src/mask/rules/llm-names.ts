// Services of the area "llm" whose tokens have no prefix: found by the name beside them. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const llmNames: RuleGroup = {
  area: 'llmNames',
  tokens: [],
  named: [
    {
      id: 'cohere-key',
      vendor: 'Cohere',
      words: ['cohere'],
      value: '[A-Za-z0-9]{40}',
      source: 'https://docs.cohere.com/reference/about',
      yes: ['{40:an}'],
      no: ['short1']
    },
    {
      id: 'mistral-key',
      vendor: 'Mistral',
      words: ['mistral'],
      value: '[A-Za-z0-9]{32}',
      source: 'https://docs.mistral.ai/api/',
      yes: ['{32:an}'],
      no: ['short1']
    },
    {
      id: 'together-key',
      vendor: 'Together AI',
      words: ['together'],
      value: '[a-f0-9]{64}',
      source: 'https://docs.together.ai/',
      yes: ['{64:hex}'],
      no: ['short1']
    },
    {
      id: 'assemblyai-key',
      vendor: 'AssemblyAI',
      words: ['assemblyai', 'assembly'],
      value: '[a-f0-9]{32}',
      source: 'https://www.assemblyai.com/docs',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'deepgram-key',
      vendor: 'Deepgram',
      words: ['deepgram'],
      value: '[a-f0-9]{40}',
      source: 'https://developers.deepgram.com/',
      yes: ['{40:hex}'],
      no: ['short1']
    },
    {
      id: 'deepinfra-key',
      vendor: 'DeepInfra',
      words: ['deepinfra'],
      value: '[A-Za-z0-9]{32}',
      source: 'https://deepinfra.com/docs',
      yes: ['{32:an}'],
      no: ['short1']
    },
    {
      id: 'ai21-key',
      vendor: 'AI21',
      words: ['ai21'],
      value: '[A-Za-z0-9]{32}',
      source: 'https://docs.ai21.com/',
      yes: ['{32:an}'],
      no: ['short1']
    },
    {
      id: 'zhipu-key',
      vendor: 'Zhipu',
      words: ['zhipu', 'glm', 'bigmodel'],
      value: '[a-f0-9]{32}\\.[A-Za-z0-9]{16}',
      source: 'https://open.bigmodel.cn/dev/api',
      yes: ['{32:hex}.{16:an}'],
      no: ['short1']
    },
    {
      id: 'serper-key',
      vendor: 'Serper',
      words: ['serper'],
      value: '[a-f0-9]{40}',
      source: 'https://serper.dev/',
      yes: ['{40:hex}'],
      no: ['short1']
    },
    {
      id: 'exa-key',
      vendor: 'Exa',
      words: ['exa'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://docs.exa.ai/',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'weaviate-key',
      vendor: 'Weaviate',
      words: ['weaviate', 'wcd', 'wcs'],
      value: '[A-Za-z0-9]{36}',
      source: 'https://weaviate.io/developers/wcs',
      yes: ['{36:an}'],
      no: ['short1']
    },
    {
      id: 'qdrant-key',
      vendor: 'Qdrant',
      words: ['qdrant'],
      value: '[A-Za-z0-9_-]{40,120}',
      source: 'https://qdrant.tech/documentation/cloud/authentication/',
      yes: ['{54:w}'],
      no: ['short1']
    },
    {
      id: 'zilliz-key',
      vendor: 'Zilliz',
      words: ['zilliz', 'milvus'],
      value: '[a-f0-9]{64,88}',
      source: 'https://docs.zilliz.com/',
      yes: ['{88:hex}'],
      no: ['short1']
    },
    {
      id: 'wandb-key',
      vendor: 'Weights & Biases',
      words: ['wandb'],
      value: '[a-f0-9]{40}',
      source: 'https://docs.wandb.ai/',
      yes: ['{40:hex}'],
      no: ['short1']
    },
    {
      id: 'sambanova-key',
      vendor: 'SambaNova',
      words: ['sambanova'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://docs.sambanova.ai/',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'baseten-key',
      vendor: 'Baseten',
      words: ['baseten'],
      value: '[A-Za-z0-9]{8}\\.[A-Za-z0-9]{32}',
      source: 'https://docs.baseten.co/',
      yes: ['{8:an}.{32:an}'],
      no: ['short1']
    }
  ]
}
