// Gathers spans as bytes, grouped by resource and scope, and closes them into the body of one OTLP request.
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { Encoder } from '../export/encoder.js'
import { attributeValue } from '../span/values.js'
import { encodeSpan } from './encode-span.js'
import { Writer } from './writer.js'

interface Group {
  readonly resource: Resource
  readonly scope: ReadableSpan['instrumentationScope']
  readonly spans: Writer
}

const MOST_GROUPS = 256

export function createEncoder(): Encoder {
  let groups: Group[] = []
  let last: Group | undefined
  let spans = 0
  let bytes = 0
  const groupOf = (span: ReadableSpan): Group => {
    const { resource, instrumentationScope: scope } = span
    if (last && last.scope === scope && last.resource === resource) return last
    last = groups.find((group) => group.resource === resource && sameScope(group.scope, scope))
    if (!last) groups.push((last = { resource, scope, spans: new Writer(groups.length === 0 ? 65_536 : 4096) }))
    return last
  }
  return {
    get spans() {
      return spans
    },
    get bytes() {
      return bytes
    },
    add(span) {
      const { spans: writer } = groupOf(span)
      const before = writer.position
      try {
        encodeSpan(writer, span)
      } catch {
        writer.position = before
        return false
      }
      spans++
      bytes += writer.position - before
      return true
    },
    take() {
      const parts: Buffer[] = []
      for (const group of groups) if (group.spans.position > 0) parts.push(resourceSpans(group))
      for (const group of groups) group.spans.position = 0
      // Scopes of long ago must not pile up.
      if (groups.length > MOST_GROUPS) groups = []
      last = undefined
      spans = 0
      bytes = 0
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    }
  }
}

function sameScope(a: Group['scope'], b: Group['scope']): boolean {
  return a === b || (a.name === b.name && a.version === b.version && a.schemaUrl === b.schemaUrl)
}

function resourceSpans({ resource, scope, spans }: Group): Buffer {
  const writer = new Writer(spans.position + 2048)
  const outer = writer.open(0x0a)
  const described = writer.open(0x0a)
  writer.tagged(0x0a, () => {
    for (const [key, value] of Object.entries(resource.attributes)) writer.put(key, attributeValue(value))
  })
  writer.close(described)
  const scoped = writer.open(0x12)
  const named = writer.open(0x0a)
  writer.text(0x0a, scope.name)
  if (scope.version) writer.text(0x12, scope.version)
  writer.close(named)
  writer.raw(spans.bytes.subarray(0, spans.position))
  if (scope.schemaUrl) writer.text(0x1a, scope.schemaUrl)
  writer.close(scoped)
  writer.close(outer)
  return writer.bytes.subarray(0, writer.position)
}
