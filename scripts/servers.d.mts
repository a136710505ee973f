export type ServerName = 'redis' | 'postgres' | 'prometheus' | 'alertmanager' | 'rsyslog' | 'logrotate' | 'chromium'
export function findServer(name: ServerName): string | undefined
export const INSTALL_COMMAND: string
