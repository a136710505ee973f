// The process: CPU, memory, heap spaces, descriptors, disk. Every figure is one cheap read at collection time.
import { readdirSync, readFileSync } from 'node:fs'
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import type { Source } from '@rag/core'

const STARTED = Date.now() / 1000 - process.uptime()

/** The heap of this thread. */
export const heapSource: Source = {
  read(emit) {
    for (const { space_name, space_used_size, space_size } of getHeapSpaceStatistics()) {
      const name = { v8js_heap_space_name: space_name }
      emit('v8js_memory_heap_used_bytes', space_used_size, name)
      emit('v8js_memory_heap_space_size_bytes', space_size, name)
    }
    emit('v8js_memory_heap_limit_bytes', getHeapStatistics().heap_size_limit)
  }
}

export const processSource: Source = {
  read(emit) {
    const { user, system } = process.cpuUsage()
    emit('process_cpu_time_seconds_total', user / 1e6, { cpu_mode: 'user' })
    emit('process_cpu_time_seconds_total', system / 1e6, { cpu_mode: 'system' })
    emit('process_memory_usage_bytes', process.memoryUsage.rss())
    emit('process_start_time_seconds', STARTED)
    if (process.platform !== 'linux') return
    const descriptors = attempt(() => readdirSync('/proc/self/fd').length - 1)
    if (descriptors !== undefined) emit('process_open_file_descriptors', descriptors)
    const io = attempt(() => readFileSync('/proc/self/io', 'utf8'))
    if (io === undefined) return
    emit('process_disk_io_bytes_total', Number(/^read_bytes: (\d+)/m.exec(io)?.[1]), { disk_io_direction: 'read' })
    emit('process_disk_io_bytes_total', Number(/^write_bytes: (\d+)/m.exec(io)?.[1]), { disk_io_direction: 'write' })
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
