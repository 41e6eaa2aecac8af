/** A kubeconfig that cannot be used. The message names the file and what is wrong. Terminal: it stays so until the file is changed. */
export class KubeconfigError extends Error {
  readonly code = 'KUBECONFIG' as const

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'KubeconfigError'
  }
}
