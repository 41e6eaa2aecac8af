import type { GroupResource } from '@kubetape/apimachinery'
import type { Storage, StoredObject } from '@kubetape/storage'

const NONE: readonly StoredObject[] = []

/** The objects of one resource by namespace, kept current with storage: asking costs nothing where there are none. */
export class NamespaceObjects {
  readonly #byNamespace = new Map<string, readonly StoredObject[]>()

  constructor(storage: Storage, resource: GroupResource) {
    storage.watch(resource, { since: undefined }, ({ type, object }) => {
      const others = this.of(object.namespace).filter((one) => one.name !== object.name)
      if (type !== 'DELETED') others.push(object)
      others.sort((a, b) => (a.name < b.name ? -1 : 1))
      if (others.length === 0) this.#byNamespace.delete(object.namespace)
      else this.#byNamespace.set(object.namespace, others)
    })
  }

  /** Those of a namespace, by name. */
  of(namespace: string): readonly StoredObject[] {
    return this.#byNamespace.get(namespace) ?? NONE
  }
}
