import { ConfigMap } from '@kubetape/api/kinds'
import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MS = 15

/** Writes ConfigMaps for as long as there is a server, and remembers what was acknowledged: only that was promised to survive. */
export class AcknowledgedWrites {
  /** `{ name, resourceVersion, count }` of each acknowledged write, in order. */
  all = []
  #next = 0
  #stopping = false
  #loops = []

  /** Starts writing through a client of a server that lives; ends by itself when the server dies. */
  start(client, writers) {
    this.#stopping = false
    this.#loops = Array.from({ length: writers }, () => this.#write(client))
  }

  async stop() {
    this.#stopping = true
    await Promise.all(this.#loops)
  }

  async #write(client) {
    const name = `written-${this.#next++}`
    let object = { metadata: { namespace: 'default', name }, data: { count: '0' } }
    for (let count = 0; !this.#stopping; count++) {
      try {
        object = await (count === 0
          ? client.create(ConfigMap, object)
          : client.update(ConfigMap, { ...object, data: { count: String(count) } }))
      } catch (error) {
        // No answer: the server is gone. A refusal would be a bug of the server's.
        if (error.code !== 'REQUEST_FAILED') throw error
        return
      }
      this.all.push({ name, resourceVersion: object.metadata.resourceVersion, count: String(count) })
      await sleep(PAUSE_MS)
    }
  }
}
