import { cloneJson, formatGroupVersion, type GroupVersionKind, type Kind, type KubeObject, parseGroupVersion } from '@kubetape/apimachinery'

/** A version of a kind and how it becomes the hub and is made of it. The functions get copies of their own and answer whole objects. */
export interface SpokeVersion<Hub extends KubeObject, Spoke extends KubeObject> {
  readonly kind: Kind<Spoke>
  readonly toHub: (object: Spoke) => Hub | Promise<Hub>
  readonly fromHub: (hub: Hub) => Spoke | Promise<Spoke>
}

/** A conversion webhook, complete and inert: the Manager serves it under `/convert`, together with those of other kinds. */
export interface ConversionWebhook {
  readonly type: 'conversion'
  readonly kind: Kind
  /** Of the hub and of all spokes. */
  readonly versions: readonly string[]
  /** The object in another version. Throws for versions that it does not know, and what the functions throw. */
  readonly convert: (object: KubeObject, version: string) => Promise<KubeObject>
}

/**
 * Converts custom resources of a kind between its versions, by way of one of them, the hub (controller-runtime's word): with n versions, 2(n-1)
 * functions. `apiVersion` and `kind` of the results are set here, and of metadata the API server takes labels and annotations only.
 */
export function conversionWebhook<Hub extends KubeObject, Spokes extends readonly KubeObject[]>({
  hub,
  versions,
}: {
  readonly hub: Kind<Hub>
  readonly versions: readonly [...{ [At in keyof Spokes]: SpokeVersion<Hub, Spokes[At]> }]
}): ConversionWebhook {
  const spokes = new Map<string, SpokeVersion<Hub, KubeObject>>()
  for (const spoke of versions as unknown as readonly SpokeVersion<Hub, KubeObject>[]) {
    const { group, version, kind } = spoke.kind
    if (group !== hub.group || kind !== hub.kind)
      throw new Error(`Cannot convert ${kind}.${group}: the hub is ${hub.kind}.${hub.group}, of which it is no version`)
    if (version === hub.version || spokes.has(version)) throw new Error(`Cannot convert version ${version} of ${kind}: it is there twice`)
    spokes.set(version, spoke)
  }
  const spokeOf = (version: string): SpokeVersion<Hub, KubeObject> => {
    const spoke = spokes.get(version)
    if (spoke === undefined)
      throw new Error(`Cannot convert ${hub.kind}.${hub.group}: version ${JSON.stringify(version)} is none of ${versionsOf().join(', ')}`)
    return spoke
  }
  const versionsOf = (): string[] => [hub.version, ...spokes.keys()]
  return {
    type: 'conversion',
    kind: hub,
    versions: versionsOf(),
    convert: async (object, version) => {
      const from = parseGroupVersion(object.apiVersion ?? '').version
      if (from === version) return object
      const copy = cloneJson(object)
      const inHub = from === hub.version ? (copy as Hub) : typed(await spokeOf(from).toHub(copy), hub)
      return version === hub.version ? inHub : typed(await spokeOf(version).fromHub(inHub), { ...hub, version })
    },
  }
}

function typed<T extends KubeObject>(object: T, gvk: GroupVersionKind): T {
  return { ...object, apiVersion: formatGroupVersion(gvk), kind: gvk.kind }
}
