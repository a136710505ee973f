// What one parsed frame or body says: usage, model, tier, error, token.
import type { Call } from '../call.js'
import type { Pieces } from '../prices/cost.js'
import type { Dialect } from '../recognise.js'

type Raw = Readonly<Record<string, unknown>>

/** Takes what matters from a reply, whole or a frame of a stream. Never throws. */
export function readFrame(call: Call, frame: unknown): void {
  if (typeof frame !== 'object' || frame === null) return
  const raw = frame as Raw
  const inner = part(raw, 'response') ?? part(raw, 'message') ?? raw
  call.usage(raw['type'] === 'message_start' ? opening(part(inner, 'usage')) : usageOf(raw, inner))
  const pieces = piecesOf(call.target.dialect, inner)
  if (pieces) call.pieces = pieces
  const model = inner['model'] ?? raw['modelVersion']
  if (typeof model === 'string') call.responseModel = model
  const id = inner['id'] ?? raw['responseId']
  if (typeof id === 'string') call.responseId = id
  const counted = part(inner, 'usage')
  // Anthropic's fast mode has prices of its own.
  const tier = counted?.['speed'] === 'fast' ? 'fast' : (inner['service_tier'] ?? counted?.['service_tier'])
  if (typeof tier === 'string') call.tier = tier
  const type = raw['type']
  if (type === 'response.completed' || type === 'response.incomplete') call.finished = true
  const status = call.target.dialect === 'responses' ? inner['status'] : undefined
  if (status === 'queued' || status === 'in_progress') call.pending = true
  else if (typeof status === 'string') call.pending = false
  if (status === 'failed' || status === 'cancelled') call.errorType = errorName(inner['error']) ?? status
  const error = errorName(raw['error']) ?? (type === 'error' ? errorName(raw) : undefined)
  if (error) call.errorType = error
}

function usageOf(raw: Raw, inner: Raw): unknown {
  return raw['usage'] ?? inner['usage'] ?? raw['usageMetadata'] ?? part(raw, 'x_groq')?.['usage']
}

/** Searches that the provider ran: Anthropic counts them in its usage, the Responses API lists them in its output. */
function piecesOf(dialect: Dialect, inner: Raw): Pieces | undefined {
  if (dialect === 'anthropic') {
    const webSearches = part(part(inner, 'usage'), 'server_tool_use')?.['web_search_requests']
    return typeof webSearches === 'number' && webSearches > 0 ? { webSearches, fileSearches: 0 } : undefined
  }
  if (dialect !== 'responses') return undefined
  const output = list(inner['output']) as readonly { type?: unknown; action?: { type?: unknown } }[]
  const ran = (type: string): number => output.filter((item) => item?.type === type && (item.action?.type ?? 'search') === 'search').length
  const pieces = { webSearches: ran('web_search_call'), fileSearches: ran('file_search_call') }
  return pieces.webSearches + pieces.fileSearches > 0 ? pieces : undefined
}

/** The opening event of Anthropic counts the input; its count of the output is a placeholder, no figure. */
function opening(usage: Raw | undefined): Raw | undefined {
  return usage && { ...usage, output_tokens: undefined }
}

/** The name that a provider gave an error: its type, else its code or status. */
function errorName(error: unknown): string | undefined {
  if (typeof error === 'string' && error !== '') return 'error'
  if (typeof error !== 'object' || error === null) return undefined
  const { type, code, status } = error as Raw
  for (const name of [type, code, status]) if (typeof name === 'string' && name !== 'error' && /^[\w.-]{1,64}$/.test(name)) return name
  return typeof code === 'number' ? String(code) : 'error'
}

/** Whether a frame carries something that the model made. */
export function hasToken(dialect: Dialect, frame: Raw): boolean {
  if (dialect === 'anthropic') return frame['type'] === 'content_block_delta' || part(frame, 'content_block')?.['type'] === 'tool_use'
  if (dialect === 'responses') return typeof frame['type'] === 'string' && frame['type'].endsWith('.delta')
  if (dialect === 'gemini') return list(part(first(frame, 'candidates'), 'content')?.['parts']).length > 0
  const choice = first(frame, 'choices')
  if (typeof choice?.['text'] === 'string' && choice['text'] !== '') return true
  const delta = part(choice, 'delta')
  if (!delta) return false
  for (const [name, value] of Object.entries(delta))
    if (name !== 'role' && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)) return true
  return false
}

function part(raw: Raw | undefined, name: string): Raw | undefined {
  const value = raw?.[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function first(raw: Raw, name: string): Raw | undefined {
  const value = list(raw[name])[0]
  return typeof value === 'object' && value !== null ? (value as Raw) : undefined
}
