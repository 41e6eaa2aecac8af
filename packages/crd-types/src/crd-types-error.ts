/** A file or an object that no types can be made of. Terminal: it has to change. */
export class CrdTypesError extends Error {
  readonly code = 'CRD_TYPES' as const

  constructor(what: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot make types of ${what}: ${why}`, options)
    this.name = 'CrdTypesError'
  }
}
