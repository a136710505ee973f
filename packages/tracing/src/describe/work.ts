// Model calls, stages of a pipeline, jobs, tools and agents, by the GenAI semantic conventions 1.45 where they have a name for it.
import type { LlmAttributes, Operation } from '@rag/core'
import type { AttributeSink } from '../span/sink.js'
import { eachAttribute, maskedValue, plainText } from '../span/values.js'
import type { Describer } from './describer.js'

export function describeLlm(operation: Operation, sink: AttributeSink, { text }: Describer): void {
  const attributes = operation.attributes as LlmAttributes
  const { usage } = attributes
  sink.known('gen_ai.operation.name', attributes.operation)
  sink.known('gen_ai.provider.name', attributes.provider)
  sink.known('gen_ai.request.model', attributes.model)
  sink.known('gen_ai.response.model', attributes.responseModel)
  if (attributes.stream) sink.put('gen_ai.request.stream', true)
  sink.put('gen_ai.usage.input_tokens', usage?.inputTokens)
  sink.put('gen_ai.usage.output_tokens', usage?.outputTokens)
  sink.put('gen_ai.usage.cache_read.input_tokens', usage?.cacheReadTokens)
  sink.put('gen_ai.usage.cache_creation.input_tokens', usage?.cacheWriteTokens)
  sink.put('gen_ai.usage.reasoning.output_tokens', usage?.reasoningTokens)
  if (attributes.timeToFirstTokenMs !== undefined) sink.put('gen_ai.response.time_to_first_chunk', attributes.timeToFirstTokenMs / 1000)
  sink.put('rag.llm.cost_usd', attributes.costUsd)
  if (attributes.attempts > 1) sink.put('rag.llm.attempts', attributes.attempts)
  if (attributes.estimated) sink.put('rag.llm.estimated', true)
  sink.put('http.response.status_code', attributes.status)
  if (attributes.host !== undefined) sink.known('server.address', text(attributes.host))
  sink.known('peer.service', attributes.provider)
}

/** Names of the conventions for what stages, tools, agents and jobs are called with; anything else keeps its own name. */
const NAMES: Record<string, Record<string, string>> = {
  stage: {
    topK: 'gen_ai.request.top_k',
    documents: 'rag.documents',
    topScore: 'rag.top_score',
    index: 'gen_ai.data_source.id',
    query: 'gen_ai.retrieval.query.text'
  },
  job: { maxAgeMs: 'rag.job.max_age_ms', sizeBytes: 'rag.job.size' },
  tool: {
    type: 'gen_ai.tool.type',
    callId: 'gen_ai.tool.call.id',
    method: 'mcp.method.name',
    session: 'mcp.session.id',
    resource: 'mcp.resource.uri'
  },
  agent: { agentId: 'gen_ai.agent.id' }
}
const OPERATIONS: Record<string, string | undefined> = { tool: 'execute_tool', agent: 'invoke_agent' }
const STAGE_OPERATIONS: Record<string, string | undefined> = { retrieve: 'retrieval', embed: 'embeddings' }
const NAME_KEYS: Record<string, string> = { stage: 'rag.stage', job: 'rag.job', tool: 'gen_ai.tool.name', agent: 'gen_ai.agent.name' }

export function describeWork(operation: Operation, sink: AttributeSink, { text }: Describer): void {
  const { kind } = operation
  const name = plainText(operation.name)
  sink.known(NAME_KEYS[kind]!, text(name))
  sink.known('gen_ai.operation.name', kind === 'stage' ? STAGE_OPERATIONS[name] : OPERATIONS[kind])
  const names = NAMES[kind]!
  eachAttribute(operation.attributes, (key, value) => {
    const spanKey = names[key] ?? (key.includes('.') ? key : `rag.${kind}.${key}`)
    sink.put(spanKey, maskedValue(value, text, Number.MAX_SAFE_INTEGER, key))
  })
}
