// What frontend reads from its environment.
import { secret } from '@rag-example/wire'

export interface FrontendEnvironment {
  readonly gateway: string
  /** Admin listeners by service, outermost first. */
  readonly admins: Readonly<Record<string, string>>
  readonly adminToken: string | undefined
  readonly alertmanager: string | undefined
  /** A key for visitors who have not signed in, for demos alone. */
  readonly guestKey: string | undefined
}

/** `ADMIN_URLS` is `name=url` with commas. */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): FrontendEnvironment {
  const { API_GATEWAY_URL: gateway = 'http://127.0.0.1:3000', ADMIN_URLS = '', ALERTMANAGER_URL } = environment
  const pairs = ADMIN_URLS.split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at > 0 ? [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const] : []
  })
  return {
    gateway,
    admins: Object.fromEntries(pairs),
    adminToken: secret('ADMIN_TOKEN', environment),
    alertmanager: ALERTMANAGER_URL || undefined,
    guestKey: secret('GUEST_API_KEY', environment)
  }
}
