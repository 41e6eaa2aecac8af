import type { APIService } from '@kubetape/api/types/apiregistration/v1'
import { APIService as ApiServiceKind } from '@kubetape/api/kinds'
import { type GroupVersion, isAlreadyExists, isNotFound } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Clock } from '@kubetape/determinism'
import type { Registry } from '../registry/registry.ts'
import { priorityOf } from './priorities.ts'

/** Marks what the server registers itself: what it serves from its start on, and what comes and goes with definitions. */
const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged'
/** Upstream's aggregator does not register itself. */
const UNREGISTERED = 'apiregistration.k8s.io'

export interface LocalApiServicesOptions {
  readonly registry: Registry
  readonly client: Client
  readonly clock: Clock
  readonly log: (level: 'debug' | 'error', message: string, fields: Record<string, unknown>) => void
}

/** Keeps an APIService for every group and version that this server serves, as upstream's aggregator registers its own. */
export class LocalApiServices {
  readonly #options: LocalApiServicesOptions
  readonly #stopListening: () => void
  /** The last pass, whatever became of it: passes follow each other. */
  #last: Promise<void> = Promise.resolve()
  #waiting = false
  #stopped = false

  constructor(options: LocalApiServicesOptions) {
    this.#options = options
    this.#stopListening = options.registry.onChange(() => this.#wake())
  }

  /** Resolves when the objects are what is served now. */
  async sync(): Promise<void> {
    const { client } = this.#options
    const wanted = new Map(this.#wanted().map((one) => [one.metadata.name!, one]))
    const { items } = await client.list(ApiServiceKind)
    const stale = items.filter(({ metadata }) => metadata.labels?.[AUTOMANAGED] !== undefined && !wanted.has(metadata.name!))
    for (const { metadata } of items) wanted.delete(metadata.name!)
    await Promise.all([...wanted.values()].map((one) => unless(isAlreadyExists, client.create(ApiServiceKind, one))))
    await Promise.all(stale.map(({ metadata }) => unless(isNotFound, client.delete(ApiServiceKind, { name: metadata.name! }))))
  }

  stop(): void {
    this.#stopped = true
    this.#stopListening()
  }

  #wake(): void {
    if (this.#waiting) return
    this.#waiting = true
    this.#options.clock.defer(() => {
      this.#waiting = false
      if (!this.#stopped) this.#last = this.#last.then(() => this.#keep())
    })
  }

  async #keep(): Promise<void> {
    try {
      await this.sync()
    } catch (error) {
      if (!this.#stopped) this.#options.log('error', 'APIServices could not be kept', { error: String(error) })
    }
  }

  #wanted(): APIService[] {
    const found = new Map<string, APIService>()
    for (const { info } of this.#options.registry.resources()) {
      const name = `${info.version}.${info.group}`
      if (info.group !== UNREGISTERED && !found.has(name)) found.set(name, serviceOf(name, info, info.custom ? 'true' : 'onstart'))
    }
    return [...found.values()]
  }
}

function serviceOf(name: string, { group, version }: GroupVersion, automanaged: string): APIService {
  return { metadata: { name, labels: { [AUTOMANAGED]: automanaged } }, spec: { group, version, ...priorityOf({ group, version }) } }
}

async function unless(isExpected: (error: unknown) => boolean, request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!isExpected(error)) throw error
  }
}
