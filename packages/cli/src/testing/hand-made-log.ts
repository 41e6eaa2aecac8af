import type { KubeObject } from '@kubetape/apimachinery'
import type { EventLog, Operation } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { VirtualClock } from '@kubetape/determinism/testing'

/** A log that a test writes entry by entry; each change comes a second after the one before. */
export class HandMadeLog {
  readonly log: EventLog
  readonly #clock = new VirtualClock({ startMs: 0 })

  constructor() {
    this.log = createMemoryLog({ clock: this.#clock })
  }

  /** Appends a change; the object gets its revision as resourceVersion, or `resourceVersion` as a recording of another cluster would have it. */
  async append(
    key: string,
    operation: Operation,
    object: object,
    options: { resourceVersion?: string; cause?: string } = {},
  ): Promise<number> {
    const { resourceVersion, cause } = options
    await this.#clock.advance(1000)
    const live = this.log.latest(key)
    const encode = (revision: number): Uint8Array =>
      Buffer.from(
        JSON.stringify({
          ...object,
          metadata: { ...(object as KubeObject).metadata, resourceVersion: resourceVersion ?? String(revision) },
        }),
      )
    const expect = live === undefined || live.operation === 'delete' ? 0 : live.revision
    const appending = this.log.append({ entries: [{ key, operation, expect, encode, ...(cause === undefined ? {} : { cause }) }] })
    await this.log.flush()
    const [entry] = await appending
    return entry!.revision
  }
}
