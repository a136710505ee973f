// Chromium for tests: the machine's own, with a profile of its own and nothing that talks to the outside.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { findServer } from '../../../../scripts/servers.mjs'

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

export interface TestBrowser {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** Each call is a browser of its own: two of them are two visitors. */
export async function openBrowser(): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'rag-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findServer('chromium')!,
    headless: true,
    args: QUIET,
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce'
  })
  return {
    context,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    }
  }
}
