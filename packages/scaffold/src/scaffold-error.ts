/** A project that cannot be begun: a name or a folder that cannot be used. Terminal. */
export class ScaffoldError extends Error {
  readonly code = 'SCAFFOLD' as const

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ScaffoldError'
  }
}
