// The figures of the machine: what a reading costs, and how near they are to node_exporter and the files of the kernel.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { createMetrics } from '@rag/metrics'
import { findServer } from '../../scripts/servers.mjs'
import { median } from '../statistics.js'
import type { CaseResult } from './claims.js'
import { fixed } from './rounds.js'

type Page = Map<string, number>

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

function parse(page: string): Page {
  const samples: Page = new Map()
  for (const line of page.split('\n')) {
    const at = line.lastIndexOf(' ')
    if (at > 0 && !line.startsWith('#')) samples.set(line.slice(0, at), Number(line.slice(at + 1)))
  }
  return samples
}

function sum(page: Page, pattern: RegExp): number {
  let total = 0
  for (const [name, value] of page) if (pattern.test(name)) total += value
  return total
}

export async function benchResources(): Promise<CaseResult> {
  const metrics = createMetrics({ service: 'bench' })
  const bare = createMetrics({ service: 'bench', resources: false })
  const times: { on: number[]; off: number[] } = { on: [], off: [] }
  for (let round = 0; round < 200; round++) {
    for (const [name, each] of [['on', metrics] as const, ['off', bare] as const]) {
      const start = performance.now()
      await each.text()
      times[name].push(performance.now() - start)
    }
  }
  const collectMs = fixed(median(times.on) - median(times.off))
  const beside = await besideNodeExporter(async () => parse(await metrics.text()))
  await Promise.all([metrics.shutdown(), bare.shutdown()])
  return {
    figures: { addedToAScrapeMs: collectMs, besideNodeExporter: beside ?? 'prometheus-node-exporter is not installed' },
    claims: Object.entries(beside ?? {}).map(([what, ratio]) => ({
      what: `${what} beside node_exporter and the kernel: off by`,
      value: fixed(Math.abs(ratio - 1) * 100, 1),
      most: 10,
      unit: '%'
    }))
  }
}

/** Ours over theirs; 1 is the same. What this machine does not have is left out. */
async function besideNodeExporter(ours: () => Promise<Page>): Promise<Record<string, number> | undefined> {
  const program = findServer('nodeExporter')
  if (!program) return undefined
  const port = await freePort()
  const child = spawn(program, [`--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' })
  const theirs = async () => parse(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
  try {
    for (let tries = 0; tries < 100; tries++) {
      if (await theirs().catch(() => undefined)) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const both = async () => {
      const node = theirs()
      return {
        ours: await ours(),
        node: await node,
        resident: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
      }
    }
    const before = await both()
    const end = performance.now() + 3000
    while (performance.now() < end) Math.sqrt(Math.random())
    const after = await both()
    const over = (our: RegExp, their: RegExp, since = 0) =>
      fixed((sum(after.ours, our) - since * sum(before.ours, our)) / (sum(after.node, their) - since * sum(before.node, their)))
    const ratios = {
      network: over(/^container_network_io_bytes_total/, /^node_network_(receive|transmit)_bytes_total\{device="(?!lo")/),
      memory: fixed(sum(after.ours, /^process_memory_usage_bytes/) / after.resident)
    }
    // Where the container is the machine, both speak of the same CPU and disks.
    if (!/:cpuacct:\/$/m.test(readFileSync('/proc/self/cgroup', 'utf8'))) return ratios
    return {
      ...ratios,
      CPU: over(/^container_cpu_time_seconds_total/, /^node_cpu_seconds_total\{.*mode="(user|nice|system|irq|softirq)"/, 1),
      disk: over(/^container_disk_io_bytes_total/, /^node_disk_(read|written)_bytes_total\{device="(?!zram|dm-|md)/)
    }
  } finally {
    child.kill()
  }
}
