import type { ServerResponse } from 'node:http'

/** The end of an exchange: its answer is complete, or its client is gone. Whoever asks after that is told at once, where the event `close` would never come. */
export class Ending {
  #isOver = false
  #listeners: (() => void)[] = []

  /** Made in the turn in which the request comes in. */
  constructor(response: ServerResponse) {
    // Removing a listener costs more than having it: an answer closes once.
    response.on('close', () => {
      this.#isOver = true
      const listeners = this.#listeners
      this.#listeners = []
      for (const listener of listeners) listener()
    })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Calls `listener` when it is over. */
  on(listener: () => void): void {
    if (this.#isOver) listener()
    else this.#listeners.push(listener)
  }
}
