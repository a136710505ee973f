import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Labels } from '@rag/core'
import { afterEach, describe, expect, it } from 'vitest'
import { describeWith, startListening } from '../../../scripts/test-support.js'
import { createMetrics } from '../src/index.js'
import { containerSource } from '../src/resources/container.js'
import { startEventLoop } from '../src/resources/event-loop.js'
import { samples } from './kit.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder with these files, as /proc and /sys/fs/cgroup would show them. */
function tree(files: Record<string, string>): { proc: string; cgroup: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rag-cgroup-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return { proc: join(folder, 'proc'), cgroup: join(folder, 'cgroup') }
}

function read(paths: { proc: string; cgroup: string }): Record<string, number> {
  const figures: Record<string, number> = {}
  containerSource(paths).read((name: string, value: number, labels: Labels = {}) => {
    figures[[name, ...Object.values(labels)].join(' ')] = value
  })
  return figures
}

const NET = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
  eth0: 1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0
  eth1:5 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0
`

describe('a container', () => {
  it('is read from cgroup v2: use, quota, throttling, limit, working set, disk', () => {
    const group = 'cgroup/kube/pod1'
    const figures = read(
      tree({
        'proc/self/cgroup': '0::/kube/pod1\n',
        'proc/self/net/dev': NET,
        'cgroup/cgroup.controllers': 'cpu io memory',
        [`${group}/cpu.stat`]: 'usage_usec 2500000\nuser_usec 1\nnr_periods 40\nnr_throttled 4\nthrottled_usec 300000\n',
        [`${group}/cpu.max`]: '150000 100000\n',
        [`${group}/memory.current`]: '500\n',
        [`${group}/memory.stat`]: 'anon 100\ninactive_file 200\n',
        [`${group}/memory.max`]: '1000\n',
        [`${group}/io.stat`]: '8:0 rbytes=10 wbytes=20 rios=1 wios=1\n8:16 rbytes=1 wbytes=2\n'
      })
    )
    expect(figures).toEqual({
      'container_network_io_bytes_total receive': 1005,
      'container_network_io_bytes_total transmit': 2006,
      container_cpu_time_seconds_total: 2.5,
      rag_container_cpu_limit_cores: 1.5,
      rag_container_cpu_periods_total: 40,
      rag_container_cpu_throttled_periods_total: 4,
      rag_container_cpu_throttled_seconds_total: 0.3,
      container_memory_usage_bytes: 500,
      rag_container_memory_working_set_bytes: 300,
      rag_container_memory_limit_bytes: 1000,
      'container_disk_io_bytes_total read': 11,
      'container_disk_io_bytes_total write': 22
    })
  })

  it('is read from cgroup v1, mounted together or apart, as the host or the container names it', () => {
    const files = {
      'proc/self/cgroup': '5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n3:blkio:/docker/abc\n',
      'proc/self/net/dev': NET,
      // The mount shows the container's own group at its root.
      'cgroup/cpu,cpuacct/cpu.stat': 'nr_periods 10\nnr_throttled 2\nthrottled_time 500000000\n',
      'cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
      'cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      'cgroup/cpu,cpuacct/cpuacct.usage': '3500000000\n',
      'cgroup/memory/docker/abc/memory.usage_in_bytes': '700\n',
      'cgroup/memory/docker/abc/memory.limit_in_bytes': '9223372036854771712\n',
      'cgroup/memory/docker/abc/memory.stat': 'total_inactive_file 100\nhierarchical_memory_limit 9000\n',
      'cgroup/blkio/docker/abc/blkio.throttle.io_service_bytes': '8:0 Read 5\n8:0 Write 6\n8:0 Total 11\nTotal 11\n'
    }
    expect(read(tree(files))).toMatchObject({
      container_cpu_time_seconds_total: 3.5,
      rag_container_cpu_limit_cores: 0.5,
      rag_container_cpu_throttled_periods_total: 2,
      rag_container_cpu_throttled_seconds_total: 0.5,
      container_memory_usage_bytes: 700,
      rag_container_memory_working_set_bytes: 600,
      rag_container_memory_limit_bytes: 9000,
      'container_disk_io_bytes_total read': 5,
      'container_disk_io_bytes_total write': 6
    })
  })

  it('shows no limit where there is none, and nothing where there is no cgroup or it is unreadable', () => {
    const open = read(
      tree({
        'proc/self/cgroup': '0::/\n',
        'cgroup/cgroup.controllers': '',
        'cgroup/cpu.stat': 'usage_usec 1000000\n',
        'cgroup/cpu.max': 'max 100000\n',
        'cgroup/memory.max': 'max\n'
      })
    )
    expect(open).toEqual({ container_cpu_time_seconds_total: 1 })
    expect(read(tree({ 'proc/self/stat': '' }))).toEqual({})
    const broken = read(
      tree({
        'proc/self/cgroup': '\0\n:::\n',
        'proc/self/net/dev': 'x\ny\nz: a b',
        'cgroup/memory/memory.usage_in_bytes': 'lots\n',
        'cgroup/cpu/cpu.stat': ''
      })
    )
    expect(Object.entries(broken).filter(([name, value]) => !name.includes('network') && !Number.isFinite(value))).toEqual([])
  })
})

it('measures the event loop over a window, whoever reads', async () => {
  const { source, stop } = startEventLoop(60_000)
  const figures = () => {
    const found: Record<string, number> = {}
    source.read((name: string, value: number) => {
      found[name] = value
    })
    return found
  }
  await new Promise((resolve) => setTimeout(resolve, 60))
  figures()
  const end = performance.now() + 250
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, 60))
  const first = figures()
  expect(first['nodejs_eventloop_delay_max_seconds']).toBeGreaterThan(0.15)
  expect(first['nodejs_eventloop_utilization_ratio']).toBeGreaterThan(0.3)
  // A second scraper sees the same worst moment.
  expect(figures()['nodejs_eventloop_delay_max_seconds']).toBeGreaterThan(0.15)
  stop()
})

it('shows pauses of the collector, heap spaces and descriptors', async () => {
  const metrics = createMetrics({ service: 'test' })
  let kept: unknown[] = []
  for (let count = 0; count < 60; count++) {
    kept = Array.from({ length: 20_000 }, (_, index) => ({ index, count }))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(kept).toHaveLength(20_000)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const page = samples(await metrics.text())
  const pauses = [...page]
    .filter(([name]) => name.startsWith('v8js_gc_duration_seconds_count'))
    .reduce((total, [, count]) => total + count, 0)
  expect(pauses).toBeGreaterThan(0)
  expect(page.get('v8js_memory_heap_used_bytes{v8js_heap_space_name="old_space"}')).toBeGreaterThan(1e6)
  expect(page.get('process_open_file_descriptors')).toBeGreaterThan(3)
  await metrics.shutdown()
})

/** Uses the CPU, the memory and the disk for a moment. */
function work(): void {
  const folder = mkdtempSync(join(tmpdir(), 'rag-work-'))
  folders.push(folder)
  const file = openSync(join(folder, 'file'), 'w')
  const block = Buffer.alloc(2 ** 20, 'x')
  for (let count = 0; count < 64; count++) writeSync(file, block)
  fsyncSync(file)
  closeSync(file)
  // A second of CPU, however long a busy machine takes to give it.
  const start = process.cpuUsage()
  for (let used = 0; used < 1e6; ) {
    for (let count = 0; count < 1e5; count++) Math.sqrt(Math.random())
    const { user, system } = process.cpuUsage(start)
    used = user + system
  }
}

function expectNear(ours: number | undefined, theirs: number, name: string): void {
  expect(ours, `${name} is shown`).toBeGreaterThan(0)
  expect(ours! / theirs, `${name}: ${ours} beside ${theirs}`).toBeGreaterThan(0.9)
  expect(ours! / theirs, `${name}: ${ours} beside ${theirs}`).toBeLessThan(1.1)
}

describeWith(['nodeExporter'], 'beside node_exporter and the kernel on this machine', () => {
  it('agrees on network, disk and CPU within a tenth', async () => {
    const server = await startListening('nodeExporter')
    const metrics = createMetrics({ service: 'test' })
    try {
      const take = async () => {
        const fetched = fetch(`${server.url}/metrics`).then((answer) => answer.text())
        const ours = await metrics.text()
        const kernel = process.cpuUsage()
        const theirs = await fetched
        const node = samples(theirs)
        const sum = (start: RegExp) => [...node].filter(([name]) => start.test(name)).reduce((total, [, value]) => total + value, 0)
        const page = samples(ours)
        return {
          page,
          kernel,
          cpu: sum(/^node_cpu_seconds_total\{.*mode="(user|nice|system|irq|softirq)"/),
          received: sum(/^node_network_receive_bytes_total\{device="(?!lo")/),
          sent: sum(/^node_network_transmit_bytes_total\{device="(?!lo")/),
          diskRead: sum(/^node_disk_read_bytes_total\{device="(?!zram|dm-|md)/),
          diskWritten: sum(/^node_disk_written_bytes_total\{device="(?!zram|dm-|md)/)
        }
      }
      const before = await take()
      work()
      const after = await take()
      const ours = (name: string) => after.page.get(name)
      if (after.received > 0)
        expectNear(ours('container_network_io_bytes_total{network_io_direction="receive"}'), after.received, 'received')
      if (after.sent > 0) expectNear(ours('container_network_io_bytes_total{network_io_direction="transmit"}'), after.sent, 'sent')
      const files = cgroupFiles()
      // Only where the container is the machine do node_exporter and the cgroup speak of the same.
      if (files.wholeMachine) {
        const burned = ours('container_cpu_time_seconds_total')! - before.page.get('container_cpu_time_seconds_total')!
        expectNear(burned, after.cpu - before.cpu, 'CPU of the machine')
        expectNear(ours('container_disk_io_bytes_total{disk_io_direction="write"}'), after.diskWritten, 'written by the machine')
        expectNear(ours('container_disk_io_bytes_total{disk_io_direction="read"}'), after.diskRead, 'read by the machine')
      }
      const spent = (page: Map<string, number>) =>
        page.get('process_cpu_time_seconds_total{cpu_mode="user"}')! + page.get('process_cpu_time_seconds_total{cpu_mode="system"}')!
      const kernel = after.kernel.user + after.kernel.system - before.kernel.user - before.kernel.system
      expectNear(spent(after.page) - spent(before.page), kernel / 1e6, 'CPU of the process')
    } finally {
      await metrics.shutdown()
      await server.stop()
    }
  })

  it('agrees with the files of the cgroup and of the process within a tenth', async () => {
    const metrics = createMetrics({ service: 'test' })
    work()
    const page = samples(await metrics.text())
    const { cpuSeconds, memory, memoryLimit } = cgroupFiles()
    if (cpuSeconds !== undefined) expectNear(page.get('container_cpu_time_seconds_total'), cpuSeconds, 'CPU')
    if (memory !== undefined) expectNear(page.get('container_memory_usage_bytes'), memory, 'memory')
    if (memoryLimit !== undefined) expectNear(page.get('rag_container_memory_limit_bytes'), memoryLimit, 'limit')
    const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
    expectNear(page.get('process_memory_usage_bytes'), resident, 'resident memory')
    const written = Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))![1])
    if (written > 0) expectNear(page.get('process_disk_io_bytes_total{disk_io_direction="write"}'), written, 'written by the process')
    expect(cpuSeconds ?? memory, 'there is a cgroup to compare with').toBeDefined()
    await metrics.shutdown()
  })
})

/** Read here by other means than those under test: by the paths of this machine. */
function cgroupFiles(): { cpuSeconds?: number; memory?: number; memoryLimit?: number; wholeMachine: boolean } {
  const text = (path: string) => {
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      return undefined
    }
  }
  const groups = text('/proc/self/cgroup') ?? ''
  const pathOf = (controller: string) =>
    groups
      .split('\n')
      .find((line) => line.split(':')[1]?.split(',').includes(controller))
      ?.split(':')[2] ?? ''
  const first = (...paths: string[]) => paths.map(text).find((found) => found !== undefined)
  const unified = /^0::(.*)$/m.exec(groups)?.[1] ?? ''
  const usec = /^usage_usec (\d+)/m.exec(first(`/sys/fs/cgroup${unified}/cpu.stat`, '/sys/fs/cgroup/cpu.stat') ?? '')?.[1]
  const nanos = first(`/sys/fs/cgroup/cpuacct${pathOf('cpuacct')}/cpuacct.usage`, '/sys/fs/cgroup/cpuacct/cpuacct.usage')
  const memory = first(
    `/sys/fs/cgroup${unified}/memory.current`,
    `/sys/fs/cgroup/memory${pathOf('memory')}/memory.usage_in_bytes`,
    '/sys/fs/cgroup/memory/memory.usage_in_bytes'
  )
  const limit = Number(first(`/sys/fs/cgroup${unified}/memory.max`, `/sys/fs/cgroup/memory${pathOf('memory')}/memory.limit_in_bytes`))
  const cpuSeconds = usec !== undefined ? Number(usec) / 1e6 : nanos !== undefined ? Number(nanos) / 1e9 : undefined
  return {
    ...(cpuSeconds !== undefined && { cpuSeconds }),
    ...(memory !== undefined && { memory: Number(memory) }),
    ...(limit > 0 && limit < 2 ** 60 && { memoryLimit: limit }),
    wholeMachine: text('/sys/fs/cgroup/cpuacct/release_agent') !== undefined && pathOf('cpuacct') === '/'
  }
}
