export type ServerName = 'redis' | 'postgres' | 'prometheus' | 'nodeExporter' | 'pushgateway' | 'alertmanager' | 'chromium'
export function findServer(name: ServerName): string | undefined
export const INSTALL_COMMAND: string
