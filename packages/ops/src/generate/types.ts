// What a generator gives back.

/** Paths from the output folder and their text. */
export type Artifacts = Readonly<Record<string, string>>
