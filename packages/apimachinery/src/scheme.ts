import { formatGroupResource, formatGroupVersionKind, type GroupVersionKind, type GroupVersionResource } from './group-version.ts'
import type { Kind } from './kind.ts'

const LIST_SUFFIX = 'List'

/** `JobList` for `Job`. */
export const listKindOf = (kind: string): string => `${kind}${LIST_SUFFIX}`

/** The kinds that one side of the wire knows, and the resources that serve them. Immutable. */
export class Scheme {
  /** In the order in which they were given. */
  readonly kinds: readonly Kind[]
  readonly #byKind = new Map<string, Kind>()
  readonly #byListKind = new Map<string, Kind>()
  readonly #byResource = new Map<string, Kind>()

  /** Throws when two entries have the same kind or the same resource. */
  constructor(kinds: Iterable<Kind>) {
    this.kinds = Object.freeze([...kinds])
    for (const one of this.kinds) {
      const byKind = kindKey(one)
      const byResource = resourceKey(one)
      if (this.#byKind.has(byKind)) throw new Error(`Cannot add kind ${formatGroupVersionKind(one)}: it is there already`)
      if (this.#byResource.has(byResource)) {
        throw new Error(`Cannot add resource ${formatGroupResource(one)} in version ${one.version}: it is there already`)
      }
      this.#byKind.set(byKind, one)
      this.#byResource.set(byResource, one)
      this.#byListKind.set(kindKey({ ...one, kind: listKindOf(one.kind) }), one)
    }
  }

  /** The kind of this name, with its resource; undefined when there is none. */
  ofKind(gvk: GroupVersionKind): Kind | undefined {
    return this.#byKind.get(kindKey(gvk))
  }

  /** The kind that this resource serves; undefined when there is no such resource. */
  ofResource(gvr: GroupVersionResource): Kind | undefined {
    return this.#byResource.get(resourceKey(gvr))
  }

  /** The kind of the items of a list kind such as `JobList`; a kind of its own whose name ends so is no list. */
  ofListKind(gvk: GroupVersionKind): Kind | undefined {
    return this.#byKind.has(kindKey(gvk)) ? undefined : this.#byListKind.get(kindKey(gvk))
  }

  /** The kind in every version, in the order in which they were given. */
  versionsOf(group: string, kind: string): Kind[] {
    return this.kinds.filter((one) => one.group === group && one.kind === kind)
  }
}

const kindKey = ({ group, version, kind }: GroupVersionKind): string => `${group}/${version}/${kind}`
const resourceKey = ({ group, version, resource }: GroupVersionResource): string => `${group}/${version}/${resource}`
