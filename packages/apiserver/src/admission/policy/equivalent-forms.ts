import type { KubeObject } from '@kubetape/apimachinery'
import type { Registry } from '../../registry/registry.ts'
import type { ServedResource } from '../../registry/served-resource.ts'
import type { AdmissionAttributes } from '../admission.ts'
import type { MatchedForm } from '../cel/admission-variables.ts'
import { inVersionAtOnce } from '../webhook/versioned-object.ts'

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

/** The request's objects as another version of the resource has them. Kinds of subresources stay what they are. */
export function inFormOf(resource: ServedResource, { resource: asked, kind, draft, old }: AdmissionAttributes): MatchedForm {
  const own = kind.kind === asked.gvk.kind
  const converted = (object: Readonly<KubeObject> | undefined): Readonly<KubeObject> | undefined =>
    object === undefined || !own ? object : inVersionAtOnce(object, asked, resource)
  return { resource, kind: own ? resource.gvk : kind, object: converted(draft), old: converted(old) }
}
