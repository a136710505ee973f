// The wire format of Google's Gemini API, with its refusals.
import { type Exchange, sse } from './server.js'

const FIELDS = 'contents generationConfig systemInstruction tools toolConfig safetySettings cachedContent'
const TEXT = ['Grüß', ' dich ✓', ', Welt', ' 你好']

export async function answerGemini({ path, method, headers, query, body, play, attempt, json, whole, frames }: Exchange): Promise<void> {
  const refuse = (code: number, status: string, message: string) => json(code, { error: { code, message, status } })
  const [, model, verb] = /\/models\/([^/:]+):(\w+)$/.exec(path) ?? []
  if ((headers['x-goog-api-key'] ?? query.get('key')) !== 'test-key')
    return refuse(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.')
  if (method !== 'POST' || !model) return refuse(404, 'NOT_FOUND', 'Requested entity was not found.')
  const unknown = Object.keys(body).find((name) => !FIELDS.split(' ').includes(name))
  if (unknown && verb !== 'batchEmbedContents')
    return refuse(400, 'INVALID_ARGUMENT', `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`)
  if (verb !== 'batchEmbedContents' && !Array.isArray(body['contents']))
    return refuse(400, 'INVALID_ARGUMENT', '* GenerateContentRequest.contents: contents is not specified')
  if (model === 'missing') return refuse(404, 'NOT_FOUND', 'models/missing is not found for API version v1beta')
  if (play === 'retry' && attempt === 1) return refuse(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted')
  const failure = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }
  const usage = (candidates: number, thoughts: number) => ({
    promptTokenCount: 1986,
    candidatesTokenCount: candidates,
    totalTokenCount: 2006 + candidates + thoughts,
    cachedContentTokenCount: 1920,
    thoughtsTokenCount: thoughts,
    toolUsePromptTokenCount: 20
  })
  const chunk = (text: string, counted: object, finishReason?: string) => ({
    candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...(finishReason && { finishReason }) }],
    usageMetadata: counted,
    modelVersion: `${model}-001`,
    responseId: 'resp_1'
  })
  if (verb === 'generateContent') return whole(chunk(TEXT.join(''), usage(236, 64), 'STOP'), failure)
  if (verb !== 'streamGenerateContent') return refuse(404, 'NOT_FOUND', 'Unknown method')
  if (query.get('alt') !== 'sse') return refuse(400, 'INVALID_ARGUMENT', 'this stub only speaks server-sent events')
  const list = [
    ...TEXT.slice(0, 3).map((text, index) => chunk(text, usage(10 * (index + 1), 64))),
    chunk(TEXT[3]!, usage(236, 64), 'STOP')
  ].map((frame) => sse(frame).replaceAll('\n', '\r\n'))
  // Each chunk counts what was made so far: fewer of them where a test looks at that.
  await frames(play === 'normal' || play === 'retry' ? list : list.slice(0, 2), sse(failure).replaceAll('\n', '\r\n'))
}
