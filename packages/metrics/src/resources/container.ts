// The container: its cgroup (v2 or v1) and the network interfaces it sees.
import type { Source } from '@rag/core'
import { type CgroupFigures, findCgroup } from './cgroup.js'
import { networkBytes } from './network.js'

export interface ContainerPaths {
  /** Where the proc file system is. @default '/proc' */
  proc?: string
  /** Where the cgroup file system is. @default '/sys/fs/cgroup' */
  cgroup?: string
}

/** A source over the cgroup of this process; on a system without cgroups it gives nothing. */
export function containerSource({ proc = '/proc', cgroup = '/sys/fs/cgroup' }: ContainerPaths = {}): Source {
  let reader: (() => CgroupFigures) | undefined | null = null
  return {
    read(emit) {
      if (process.platform !== 'linux') return
      reader ??= findCgroup(proc, cgroup)
      const network = networkBytes(proc)
      if (network) {
        emit('container_network_io_bytes_total', network.receive, { network_io_direction: 'receive' })
        emit('container_network_io_bytes_total', network.transmit, { network_io_direction: 'transmit' })
      }
      const figures = reader?.()
      if (!figures) return
      const give = (name: Parameters<typeof emit>[0], value: number | undefined, labels?: Record<string, string>) => {
        if (value !== undefined && Number.isFinite(value)) emit(name, value, labels)
      }
      give('container_cpu_time_seconds_total', figures.cpuSeconds)
      give('rag_container_cpu_limit_cores', figures.cpuLimit)
      give('rag_container_cpu_periods_total', figures.periods)
      give('rag_container_cpu_throttled_periods_total', figures.throttledPeriods)
      give('rag_container_cpu_throttled_seconds_total', figures.throttledSeconds)
      give('container_memory_usage_bytes', figures.memory)
      give('rag_container_memory_working_set_bytes', figures.workingSet)
      give('rag_container_memory_limit_bytes', figures.memoryLimit)
      give('container_disk_io_bytes_total', figures.diskRead, { disk_io_direction: 'read' })
      give('container_disk_io_bytes_total', figures.diskWrite, { disk_io_direction: 'write' })
    }
  }
}
