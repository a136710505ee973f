// What the environment says about the service, read in one place for every part.

/**
 * The pairs of `OTEL_RESOURCE_ATTRIBUTES`: `key=value,key=value`, values percent-encoded. A pair that cannot be read is left out, as the
 * specification asks: https://opentelemetry.io/docs/specs/otel/resource/sdk/
 *
 * @example
 * resourceAttributes('team=search,region=eu%20west') // { team: 'search', region: 'eu west' }
 */
export function resourceAttributes(text: string = process.env['OTEL_RESOURCE_ATTRIBUTES'] ?? ''): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    if (at <= 0) continue
    try {
      attributes[pair.slice(0, at).trim()] = decodeURIComponent(pair.slice(at + 1).trim())
    } catch {
      // No percent-encoding.
    }
  }
  return attributes
}

/** Version and environment by `OTEL_RESOURCE_ATTRIBUTES`, the environment else by `NODE_ENV`. What is empty is not set. */
export function environmentIdentity(): { version: string | undefined; environment: string | undefined } {
  const resource = resourceAttributes()
  return {
    version: resource['service.version'] || undefined,
    environment:
      resource['deployment.environment.name'] || resource['deployment.environment'] || process.env['NODE_ENV']?.trim() || undefined
  }
}
