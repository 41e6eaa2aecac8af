/** Who may come without credentials: everybody, nobody, or whoever asks for one of some paths (KEP-4633). */
export interface AnonymousAccess {
  readonly enabled: boolean
  /** Paths that may be asked for; undefined: all. */
  readonly paths?: readonly string[] | undefined
}

/** `--anonymous-auth` as v1.31 has it by default. */
export const EVERYBODY: AnonymousAccess = { enabled: true }

export function isAnonymousAllowed({ enabled, paths }: AnonymousAccess, path: string): boolean {
  return enabled && (paths === undefined || paths.includes(path))
}
