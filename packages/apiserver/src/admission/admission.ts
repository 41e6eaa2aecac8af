import type { GroupVersionKind, KubeObject } from '@kubetape/apimachinery'
import type { RequestContext } from '../registry/environment.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import type { Draft } from '../registry/strategy.ts'

/** What an admission plugin is asked about (upstream's admission.Attributes). */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  /** The resource in the version that was asked for. */
  readonly resource: ServedResource
  readonly subresource: string
  /** The kind of `draft`: that of the resource, except for subresources with kinds of their own (Eviction, Binding, Scale, TokenRequest). */
  readonly kind: GroupVersionKind
  readonly namespace: string
  /** Empty on a CREATE whose name is still to be generated. */
  readonly name: string
  /** The object on its way in; undefined on DELETE. Mutating plugins change it in place. */
  readonly draft: Draft | undefined
  /** The stored object; undefined on CREATE and CONNECT. */
  readonly old: Readonly<KubeObject> | undefined
  readonly dryRun: boolean
  readonly context: RequestContext
  /** A plugin may want all to mutate once more, since it has changed the object after others: 'wanted'; while they do so, 'running'. */
  reinvocation?: 'wanted' | 'running'
}

/** One plugin of the chain. Throwing a StatusError refuses the request. */
export interface AdmissionPlugin {
  readonly name: string
  /** Runs before validation, in the order of the chain. May wait for something; most do not. */
  mutate?(attributes: AdmissionAttributes): void | Promise<void>
  /** Runs after validation, just before the object is stored. May wait for something; most do not. */
  validate?(attributes: AdmissionAttributes): void | Promise<void>
}

/** The plugins in order: first all mutate, later all validate. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[]

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins
  }

  /** A promise only where a plugin waits: everything else stays within one turn. */
  mutate(attributes: AdmissionAttributes): void | Promise<void> {
    const waiting = this.#run('mutate', attributes, 0)
    return waiting === undefined ? this.#mutateAgain(attributes) : waiting.then(() => this.#mutateAgain(attributes))
  }

  /** As `mutate`, for the second half of the chain. */
  validate(attributes: AdmissionAttributes): void | Promise<void> {
    return this.#run('validate', attributes, 0)
  }

  #mutateAgain(attributes: AdmissionAttributes): void | Promise<void> {
    if (attributes.reinvocation !== 'wanted') return undefined
    attributes.reinvocation = 'running'
    return this.#run('mutate', attributes, 0)
  }

  #run(half: 'mutate' | 'validate', attributes: AdmissionAttributes, from: number): void | Promise<void> {
    for (let at = from; at < this.#plugins.length; at++) {
      const waiting = this.#plugins[at]![half]?.(attributes)
      if (waiting !== undefined) return waiting.then(() => this.#run(half, attributes, at + 1))
    }
  }
}
