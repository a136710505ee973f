// Version and environment of the service, as options or the standard variables say.

interface Named {
  version: string
  environment: string
}

/** Options win over `OTEL_RESOURCE_ATTRIBUTES`, that over `NODE_ENV`. */
export function identityOf({ version, environment }: { version?: string | undefined; environment?: string | undefined }): Named {
  const attributes = new Map<string, string>()
  for (const pair of (process.env['OTEL_RESOURCE_ATTRIBUTES'] ?? '').split(',')) {
    const at = pair.indexOf('=')
    if (at > 0) attributes.set(pair.slice(0, at).trim(), decode(pair.slice(at + 1).trim()))
  }
  return {
    // A variable that is empty is not set.
    version: version ?? (attributes.get('service.version') || 'unknown'),
    environment: environment ?? (attributes.get('deployment.environment.name') || process.env['NODE_ENV']?.trim() || 'development')
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
