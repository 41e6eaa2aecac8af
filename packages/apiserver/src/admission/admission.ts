import type { KubeObject } from '@kubetape/apimachinery'
import type { ServedResource } from '../registry/served-resource.ts'
import type { Draft, StrategyContext } from '../registry/strategy.ts'

/** What an admission plugin is asked about (upstream's admission.Attributes). */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly resource: ServedResource
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** The object on its way in; undefined on DELETE. Mutating plugins change it in place. */
  readonly draft: Draft | undefined
  /** The stored object; undefined on CREATE. */
  readonly old: Readonly<KubeObject> | undefined
  readonly dryRun: boolean
  readonly context: StrategyContext
}

/** One plugin of the chain. Throwing a StatusError refuses the request. */
export interface AdmissionPlugin {
  readonly name: string
  /** Runs before validation, in the order of the chain. May wait for something; most do not. */
  mutate?(attributes: AdmissionAttributes): void | Promise<void>
  /** Runs after validation, just before the object is stored. */
  validate?(attributes: AdmissionAttributes): void
}

/** The plugins in order: first all mutate, later all validate. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[]

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins
  }

  /** A promise only where a plugin waits: everything else stays within one turn. */
  mutate(attributes: AdmissionAttributes, from = 0): void | Promise<void> {
    for (let at = from; at < this.#plugins.length; at++) {
      const waiting = this.#plugins[at]!.mutate?.(attributes)
      if (waiting !== undefined) return waiting.then(() => this.mutate(attributes, at + 1))
    }
  }

  validate(attributes: AdmissionAttributes): void {
    for (const plugin of this.#plugins) plugin.validate?.(attributes)
  }
}
