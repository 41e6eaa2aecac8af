import type { Registry } from '../../registry/registry.ts'
import type { ServedResource } from '../../registry/served-resource.ts'

/** Other versions of resources, and other groups in which the same objects are served; looked for once for as long as the same is served. */
export class EquivalentResources {
  readonly #registry: () => Registry
  #known: WeakMap<ServedResource, readonly ServedResource[]> | undefined

  constructor(registry: () => Registry) {
    this.#registry = registry
  }

  of(resource: ServedResource): readonly ServedResource[] {
    const registry = this.#registry()
    if (this.#known === undefined) {
      this.#known = new WeakMap()
      registry.onChange(() => (this.#known = new WeakMap()))
    }
    let others = this.#known.get(resource)
    if (others === undefined) {
      const { group, resource: name } = resource.stored
      others = [...registry.resources()].filter((one) => one !== resource && one.stored.group === group && one.stored.resource === name)
      this.#known.set(resource, others)
    }
    return others
  }
}
