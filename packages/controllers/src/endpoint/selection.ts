import { Pod as PodKind, Service as ServiceKind } from '@kubetape/api/kinds'
import type { Pod, Service } from '@kubetape/api/types/core/v1'
import { objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import type { KindLookup, Lister } from '@kubetape/runtime'
import { isBackend, isSameBackend } from './backend-pod.ts'

/** Index of Pods that can be reached: by each of their labels. */
export const BACKENDS_BY_LABEL = 'backend-label'
/** Index of Services: by one label of their selector, which every Pod of theirs has. */
export const BY_SELECTOR = 'service-selector'

const place = (namespace: string | undefined, [label, value]: readonly [string, string]): string => `${namespace}/${label}=${value}`

export function labelsOfBackend(pod: Readonly<Pod>): string[] {
  return isBackend(pod) ? labelPlaces(pod) : []
}

const labelPlaces = ({ metadata }: Readonly<Pod>): string[] =>
  Object.entries(metadata.labels ?? {}).map((pair) => place(metadata.namespace, pair))

/** Whether Pods are looked for: a name for something outside has none, and endpoints of a Service without selector are somebody else's. */
export const selectsPods = ({ spec }: Readonly<Service>): boolean =>
  spec?.type !== 'ExternalName' && Object.keys(spec?.selector ?? {}).length > 0

/** The label by which a Service is filed: the first of its selector in order. */
export function selectorPlace(service: Readonly<Service>): string[] {
  if (!selectsPods(service)) return []
  const [first] = Object.entries(service.spec?.selector ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return first === undefined ? [] : [place(service.metadata.namespace, first)]
}

/** The Pods of a Service that can be reached, in order of their names. */
export function podsOf(service: Readonly<Service>, pods: Lister<Pod>): Pod[] {
  const found = selectorPlace(service).flatMap((value) => pods.byIndex(BACKENDS_BY_LABEL, value))
  return found.filter((pod) => matches(service, pod)).sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1))
}

/** Keys of the Services that find this Pod. */
export function servicesOf(pod: Readonly<Pod>, lookup: KindLookup): string[] {
  const services = lookup<Service>(ServiceKind)
  return labelPlaces(pod).flatMap((value) =>
    services
      .byIndex(BY_SELECTOR, value)
      .filter((service) => matches(service, pod))
      .map(objectKey),
  )
}

/** Keys of the Services to which a change of a Pod matters. At the start all Services are looked at anyway. */
export function servicesOfChange({ type, object, previous, initial }: StoreChange<Pod>, lookup: KindLookup): string[] {
  if (initial) return []
  if (type !== 'updated' || previous === undefined) return isBackend(object) ? servicesOf(object, lookup) : []
  if (isSameBackend(previous, object)) return []
  return [...new Set([...servicesOf(object, lookup), ...servicesOf(previous, lookup)])]
}

function matches({ spec }: Readonly<Service>, { metadata }: Readonly<Pod>): boolean {
  const labels = metadata.labels ?? {}
  return Object.entries(spec?.selector ?? {}).every(([label, value]) => labels[label] === value)
}

/** For controllers that follow Services and their Pods: their indexes have to be the same functions. */
export const SELECTION_INDEXES = [
  { kind: PodKind, name: BACKENDS_BY_LABEL, fn: labelsOfBackend },
  { kind: ServiceKind, name: BY_SELECTOR, fn: selectorPlace },
] as const
