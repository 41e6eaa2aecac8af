/** The process that this client stands for has died; every request says so until the client is reset. */
export class Crashed extends Error {
  readonly code = 'CRASHED' as const

  constructor(message = 'Cannot send a request: the process has crashed') {
    super(message)
    this.name = 'Crashed'
  }
}
