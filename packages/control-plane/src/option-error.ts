/** An option of a control plane that cannot be used; nothing was started or written. Terminal: ask for something else. */
export class ControlPlaneOptionError extends Error {
  readonly code = 'CONTROL_PLANE_OPTION' as const

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ControlPlaneOptionError'
  }
}
