/** A message that says what the protocol does not allow; the side that has read it decides what that means. */
export class CsiMessageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CsiMessageError'
  }
}
