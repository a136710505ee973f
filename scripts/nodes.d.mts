export function nodeBinaries(majors: readonly string[]): Promise<Record<string, string | undefined>>
