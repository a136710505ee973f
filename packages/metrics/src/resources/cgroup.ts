// The cgroup of this process, version 2 or 1; https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/
import { existsSync, readFileSync } from 'node:fs'

export interface CgroupFigures {
  cpuSeconds?: number | undefined
  /** Quota in cores. */
  cpuLimit?: number | undefined
  periods?: number | undefined
  throttledPeriods?: number | undefined
  throttledSeconds?: number | undefined
  memory?: number | undefined
  /** Without inactive page cache, as the kubelet counts it. */
  workingSet?: number | undefined
  memoryLimit?: number | undefined
  diskRead?: number | undefined
  diskWrite?: number | undefined
}

/** Version 1 says "no limit" by a number near the largest that a page counter holds. */
const UNLIMITED = 2 ** 60

/** Finds the cgroup and returns its reader; undefined where there is none. */
export function findCgroup(proc: string, mount: string): (() => CgroupFigures) | undefined {
  const groups = read(`${proc}/self/cgroup`)
  if (groups === undefined) return undefined
  if (existsSync(`${mount}/cgroup.controllers`)) {
    const folder = folderOf(mount, /^0::(.*)$/m.exec(groups)?.[1] ?? '/', 'cpu.stat')
    return folder === undefined ? undefined : () => version2(folder)
  }
  const pathOf = (controller: string, file: string) => {
    const line = groups.split('\n').find((each) => each.split(':')[1]?.split(',').includes(controller))
    const path = line?.split(':').slice(2).join(':') ?? '/'
    for (const name of [controller, line?.split(':')[1] ?? controller]) {
      const folder = folderOf(`${mount}/${name}`, path, file)
      if (folder !== undefined) return folder
    }
    return undefined
  }
  const cpu = pathOf('cpu', 'cpu.stat')
  const usage = pathOf('cpuacct', 'cpuacct.usage')
  const memory = pathOf('memory', 'memory.usage_in_bytes')
  const disk = pathOf('blkio', 'blkio.throttle.io_service_bytes')
  if (!cpu && !usage && !memory && !disk) return undefined
  // The root of version 1 counts no disk I/O: there the container is the machine.
  const whole = disk !== undefined && existsSync(`${disk}/release_agent`)
  return () => version1({ cpu, usage, memory, disk }, whole ? () => machineDisks(proc) : undefined)
}

/** In a container the path may belong to the host while the mount shows the group of the container at its root. */
function folderOf(mount: string, path: string, file: string): string | undefined {
  for (const folder of [`${mount}${path === '/' ? '' : path}`, mount]) if (existsSync(`${folder}/${file}`)) return folder
  return undefined
}

function version2(folder: string): CgroupFigures {
  const cpu = fields(read(`${folder}/cpu.stat`))
  const [quota, period] = (read(`${folder}/cpu.max`) ?? 'max').trim().split(' ')
  const memory = number(read(`${folder}/memory.current`))
  const io = sumIo(read(`${folder}/io.stat`), /\brbytes=(\d+)/g, /\bwbytes=(\d+)/g)
  const limit = read(`${folder}/memory.max`)?.trim()
  return {
    cpuSeconds: scaled(cpu.get('usage_usec'), 1e6),
    cpuLimit: quota === 'max' || period === undefined ? undefined : Number(quota) / Number(period),
    periods: cpu.get('nr_periods'),
    throttledPeriods: cpu.get('nr_throttled'),
    throttledSeconds: scaled(cpu.get('throttled_usec'), 1e6),
    memory,
    workingSet: workingSet(memory, fields(read(`${folder}/memory.stat`)).get('inactive_file')),
    memoryLimit: limit === undefined || limit === 'max' ? undefined : Number(limit),
    diskRead: io?.read,
    diskWrite: io?.write
  }
}

interface Folders1 {
  cpu: string | undefined
  usage: string | undefined
  memory: string | undefined
  disk: string | undefined
}

function version1({ cpu, usage, memory: memoryFolder, disk }: Folders1, disks: (() => Io | undefined) | undefined): CgroupFigures {
  const stat = cpu === undefined ? new Map<string, number>() : fields(read(`${cpu}/cpu.stat`))
  const quota = cpu === undefined ? undefined : number(read(`${cpu}/cpu.cfs_quota_us`))
  const period = cpu === undefined ? undefined : number(read(`${cpu}/cpu.cfs_period_us`))
  const memory = memoryFolder === undefined ? undefined : number(read(`${memoryFolder}/memory.usage_in_bytes`))
  const memoryStat = memoryFolder === undefined ? new Map<string, number>() : fields(read(`${memoryFolder}/memory.stat`))
  const own = memoryFolder === undefined ? undefined : number(read(`${memoryFolder}/memory.limit_in_bytes`))
  // A group above may allow less.
  const limit = own === undefined ? undefined : Math.min(own, memoryStat.get('hierarchical_memory_limit') ?? own)
  const service = disk === undefined ? undefined : read(`${disk}/blkio.throttle.io_service_bytes`)
  const io = disks ? disks() : sumIo(service, /\bRead (\d+)/g, /\bWrite (\d+)/g)
  return {
    cpuSeconds: usage === undefined ? undefined : scaled(number(read(`${usage}/cpuacct.usage`)), 1e9),
    cpuLimit: quota !== undefined && quota > 0 && period ? quota / period : undefined,
    periods: stat.get('nr_periods'),
    throttledPeriods: stat.get('nr_throttled'),
    throttledSeconds: scaled(stat.get('throttled_time'), 1e9),
    memory,
    workingSet: workingSet(memory, memoryStat.get('total_inactive_file')),
    memoryLimit: limit === undefined || limit >= UNLIMITED ? undefined : limit,
    diskRead: io?.read,
    diskWrite: io?.write
  }
}

function workingSet(memory: number | undefined, inactive: number | undefined): number | undefined {
  return memory === undefined ? undefined : Math.max(0, memory - (inactive ?? 0))
}

interface Io {
  read: number
  write: number
}

const SECTOR = 512
/** Parts of disks, and devices that lie on others: their bytes are counted where they land. */
const NOT_A_DISK = /^(ram|loop|fd|sr|zram|dm-|md)\d|^(h|s|v|xv)d[a-z]+\d+$|^(nvme\d+n|mmcblk)\d+p\d+$/

/** All disks of the machine; https://docs.kernel.org/admin-guide/iostats.html */
function machineDisks(proc: string): Io | undefined {
  const text = read(`${proc}/diskstats`)
  if (text === undefined) return undefined
  const io: Io = { read: 0, write: 0 }
  for (const line of text.split('\n')) {
    const [, , name, , , sectorsRead, , , , sectorsWritten] = line.trim().split(/\s+/)
    if (name === undefined || NOT_A_DISK.test(name)) continue
    io.read += Number(sectorsRead) * SECTOR
    io.write += Number(sectorsWritten) * SECTOR
  }
  return io
}

function sumIo(text: string | undefined, reads: RegExp, writes: RegExp): Io | undefined {
  if (text === undefined) return undefined
  const sum = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0)
  return { read: sum(reads), write: sum(writes) }
}

function fields(text: string | undefined): Map<string, number> {
  const map = new Map<string, number>()
  for (const line of (text ?? '').split('\n')) {
    const at = line.indexOf(' ')
    if (at > 0) map.set(line.slice(0, at), Number(line.slice(at + 1)))
  }
  return map
}

function scaled(value: number | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : value / unit
}

function number(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
