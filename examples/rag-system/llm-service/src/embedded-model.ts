// Starts the stand-in provider beside this service where no provider is configured: a deployment has no service of its own for it.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { secret } from '@rag-example/wire'

const PROVIDERS = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'OPENAI_BASE_URL', 'ANTHROPIC_BASE_URL']
const MODEL = fileURLToPath(new URL('../../model/', import.meta.url))

/** The environment with the addresses of the stand-in, when `EMBEDDED_MODEL` asks for it. The stand-in ends with this process. */
export async function withEmbeddedModel(environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (environment['EMBEDDED_MODEL'] !== 'true') return environment
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/index.ts'], {
    cwd: MODEL,
    env: { ...environment, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  process.on('exit', () => child.kill())
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the embedded model ended with ${code}`)))
    createInterface({ input: child.stdout! }).once('line', (line) => resolve((JSON.parse(line) as { url: string }).url))
  })
  return {
    ...environment,
    ENCODER_URL: url,
    ...(hasProvider(environment) ? {} : { OPENAI_BASE_URL: url, ANTHROPIC_BASE_URL: url.replace(/\/v1$/, '/anthropic') })
  }
}

function hasProvider(environment: NodeJS.ProcessEnv): boolean {
  return PROVIDERS.some((name) => Boolean(secret(name, environment)))
}
