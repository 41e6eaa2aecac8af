import type { ConfigMap } from '@kubetape/api/types/core/v1'
import { ConfigMap as ConfigMapKind } from '@kubetape/api/kinds'
import { isAlreadyExists, isConflict, isNotFound } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'

const CONFIG_MAPS = { group: '', resource: 'configmaps' } as const
const NAMESPACE = 'kube-system'
const TRIES_MAX = 5

export interface KeptConfigMapOptions {
  readonly client: Client
  readonly storage: Storage
  readonly clock: Clock
  readonly name: string
  /** What must be in it, seeing what is; undefined where it is right as it is. */
  readonly missing: (data: Readonly<Record<string, string>>) => Readonly<Record<string, string>> | undefined
  readonly onError: (error: Error) => void
}

/** A ConfigMap of kube-system that this server writes: what others put into it stays, what is missing is put back at once. */
export class KeptConfigMap {
  readonly #options: KeptConfigMapOptions
  #isDue = false
  #isStopped = false

  constructor(options: KeptConfigMapOptions) {
    this.#options = options
  }

  /** Resolves when the ConfigMap is right. The answer stops keeping it. */
  async start(): Promise<() => void> {
    await this.#put()
    const { storage, name } = this.#options
    const stop = storage.watch(CONFIG_MAPS, { since: storage.revision }, ({ object }) => {
      if (object.name === name && object.namespace === NAMESPACE) this.#wake()
    })
    return () => {
      this.#isStopped = true
      stop()
    }
  }

  #wake(): void {
    if (this.#isDue || this.#isStopped) return
    this.#isDue = true
    this.#options.clock.defer(() => {
      this.#isDue = false
      if (!this.#isStopped) this.#put().catch(this.#options.onError)
    })
  }

  async #put(): Promise<void> {
    const { client, storage, name, missing } = this.#options
    for (let attempt = 1; ; attempt++) {
      const known = storage.get(CONFIG_MAPS, NAMESPACE, name)?.object as Readonly<ConfigMap> | undefined
      const data = missing(known?.data ?? {})
      if (known !== undefined && data === undefined) return
      try {
        if (known === undefined) await client.create(ConfigMapKind, { metadata: { namespace: NAMESPACE, name }, data: { ...data } })
        else await client.update(ConfigMapKind, { ...known, data: { ...known.data, ...data } })
        return
      } catch (error) {
        // Somebody else was faster: then it is looked at again.
        const isRace = isConflict(error) || isAlreadyExists(error) || isNotFound(error)
        if (!isRace || attempt === TRIES_MAX) throw error
      }
    }
  }
}
