import type { ConfigMap } from '@kubetape/api/types/core/v1'
import { ConfigMap as ConfigMapKind } from '@kubetape/api/kinds'
import { isAlreadyExists, isConflict, isNotFound } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import type { FrontProxyOptions } from './front-proxy.ts'

const CONFIG_MAPS = { group: '', resource: 'configmaps' } as const
const NAMESPACE = 'kube-system'
const NAME = 'extension-apiserver-authentication'
const TRIES_MAX = 5

export interface ClusterAuthenticationOptions {
  readonly client: Client
  readonly storage: Storage
  readonly clock: Clock
  /** PEM text of the CAs of client certificates; empty: none. */
  readonly clientCa: string
  readonly proxy: FrontProxyOptions | undefined
  readonly onError: (error: Error) => void
}

/**
 * Keeps the ConfigMap `kube-system/extension-apiserver-authentication`, by which other servers of the cluster (extension API servers, the scheduler, the
 * controller manager) know clients as this one does. What others put into it stays; what is ours is put back.
 */
export class ClusterAuthentication {
  readonly #options: ClusterAuthenticationOptions
  readonly #data: Readonly<Record<string, string>>
  #isDue = false
  #isStopped = false

  constructor(options: ClusterAuthenticationOptions) {
    this.#options = options
    this.#data = dataOf(options)
  }

  /** Resolves when the ConfigMap is right. The answer stops keeping it. */
  async start(): Promise<() => void> {
    await this.#put()
    const { storage } = this.#options
    const stop = storage.watch(CONFIG_MAPS, { since: storage.revision }, ({ object }) => {
      if (object.name === NAME && object.namespace === NAMESPACE) this.#wake()
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
    const { client, storage } = this.#options
    for (let attempt = 1; ; attempt++) {
      const known = storage.get(CONFIG_MAPS, NAMESPACE, NAME)?.object as Readonly<ConfigMap> | undefined
      if (known !== undefined && Object.entries(this.#data).every(([key, value]) => known.data?.[key] === value)) return
      try {
        if (known === undefined)
          await client.create(ConfigMapKind, { metadata: { namespace: NAMESPACE, name: NAME }, data: { ...this.#data } })
        else await client.update(ConfigMapKind, { ...known, data: { ...known.data, ...this.#data } })
        return
      } catch (error) {
        // Somebody else was faster: then it is looked at again.
        const isRace = isConflict(error) || isAlreadyExists(error) || isNotFound(error)
        if (!isRace || attempt === TRIES_MAX) throw error
      }
    }
  }
}

function dataOf({ clientCa, proxy }: ClusterAuthenticationOptions): Record<string, string> {
  return {
    ...(clientCa === '' ? {} : { 'client-ca-file': clientCa }),
    ...(proxy === undefined
      ? {}
      : {
          'requestheader-allowed-names': JSON.stringify(proxy.allowedNames),
          'requestheader-client-ca-file': proxy.ca,
          'requestheader-extra-headers-prefix': JSON.stringify(proxy.extraHeaderPrefixes),
          'requestheader-group-headers': JSON.stringify(proxy.groupHeaders),
          'requestheader-username-headers': JSON.stringify(proxy.usernameHeaders),
        }),
  }
}
