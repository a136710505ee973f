export type ServerName =
  | 'redis'
  | 'postgres'
  | 'prometheus'
  | 'nodeExporter'
  | 'pushgateway'
  | 'alertmanager'
  | 'rsyslog'
  | 'logrotate'
  | 'chromium'
export function findServer(name: ServerName): string | undefined
export const INSTALL_COMMAND: string
