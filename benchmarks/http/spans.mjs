// Counts the spans in an OTLP request: JSON, or protobuf read just deep enough.
import { gunzipSync } from 'node:zlib'

export function countSpans({ body, type, encoding }) {
  const bytes = encoding === 'gzip' ? gunzipSync(body) : body
  if (type.includes('json')) {
    return JSON.parse(bytes.toString('utf8')).resourceSpans.reduce(
      (sum, { scopeSpans }) => sum + scopeSpans.reduce((inner, { spans }) => inner + spans.length, 0),
      0
    )
  }
  // ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2
  let count = 0
  for (const resource of fields(bytes, 1)) for (const scope of fields(resource, 2)) count += fields(scope, 2).length
  return count
}

/** The length-delimited fields of this number in a protobuf message. */
function fields(bytes, wanted) {
  const found = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const wire = tag & 7
    if (wire === 0) varint()
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else {
      const length = varint()
      if (tag >> 3 === wanted) found.push(bytes.subarray(at, at + length))
      at += length
    }
  }
  return found
}
