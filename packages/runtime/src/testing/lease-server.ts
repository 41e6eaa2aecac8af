import { alreadyExists, conflict, type Kind, type KubeObject, notFound, OBJECT_MODIFIED } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { SimulatedProcess, SimulatedTime } from './simulated-time.ts'

/** How long a message is under way, in milliseconds of true time; undefined: it is lost. */
export type Network = (way: 'request' | 'answer') => number | undefined

/** One object behind a network that delays and loses requests and answers. A request goes on its way even if its sender dies or gives up. */
export class LeaseServer {
  object: KubeObject | undefined
  /** How often it was written. */
  writes = 0
  readonly #time: SimulatedTime

  constructor(time: SimulatedTime) {
    this.#time = time
  }

  /** The server as one process reaches it. `unconditional`: as if it did not compare resource versions. */
  client(process: SimulatedProcess, network: Network, { unconditional = false } = {}): Client {
    const ask = <A>(act: () => A): Promise<A> =>
      new Promise((resolve, reject) => {
        const there = network('request')
        if (there === undefined) return
        this.#time.after(there, () => {
          const answer = this.#answer(act)
          const back = network('answer')
          if (back !== undefined)
            this.#time.after(back, () => process.deliver(() => (answer.ok ? resolve(answer.value) : reject(answer.error))))
        })
      })
    const nothing = (): never => {
      throw new Error('only a Lease is here')
    }
    return {
      get: (kind) => ask(() => this.#existing(kind) as never),
      create: (kind, object) => ask(() => (this.object === undefined ? this.#put(object) : refuseCreation(kind, object))),
      update: (kind, object) =>
        ask(() => {
          const { resourceVersion } = this.#existing(kind).metadata!
          if (!unconditional && object.metadata!.resourceVersion !== resourceVersion)
            throw conflict(kind, object.metadata!.name!, OBJECT_MODIFIED)
          return this.#put(object)
        }),
      list: nothing,
      watch: nothing,
      patch: nothing,
      delete: nothing,
      deleteCollection: nothing,
    }
  }

  #answer<A>(act: () => A): { ok: true; value: A } | { ok: false; error: Error } {
    try {
      return { ok: true, value: act() }
    } catch (error) {
      return { ok: false, error: error as Error }
    }
  }

  #existing<T extends KubeObject>(kind: Kind<T>): KubeObject {
    if (this.object === undefined) throw notFound(kind, 'app')
    return this.object
  }

  #put<T extends KubeObject>(object: T): T {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.writes) } }
    this.object = stored
    return stored
  }
}

function refuseCreation<T extends KubeObject>(kind: Kind<T>, object: T): never {
  throw alreadyExists(kind, object.metadata?.name ?? '')
}
