import type { Pod, Service, ServicePort } from '@kubetape/api/types/core/v1'
import { deepEqual } from '@kubetape/apimachinery'
import { isReady } from '../job/job-pod.ts'

/** Which addresses of Pods a Service takes. */
export type Family = 'IPv4' | 'IPv6'

/** The families of a Service's addresses, the first one first. */
export function familiesOf({ spec }: Readonly<Service>): readonly Family[] {
  if (spec?.ipFamilies?.length) return spec.ipFamilies as Family[]
  return [spec?.clusterIP?.includes(':') ? 'IPv6' : 'IPv4']
}

/** The addresses of a Pod of one family. */
export function addressesOf({ status }: Readonly<Pod>, family: Family): string[] {
  return allAddresses(status).filter((ip) => ip.includes(':') === (family === 'IPv6'))
}

function allAddresses(status: Pod['status']): string[] {
  if (status?.podIPs?.length) return status.podIPs.map(({ ip = '' }) => ip)
  return status?.podIP ? [status.podIP] : []
}

/** Whether anything of a Pod could be reached: it has an address and has not run to its end. One that is being deleted still counts. */
export function isBackend({ status }: Readonly<Pod>): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return false
  return Boolean(status?.podIP) || (status?.podIPs?.length ?? 0) > 0
}

/** Whether two states of a Pod are the same to every Service. */
export function isSameBackend(a: Readonly<Pod>, b: Readonly<Pod>): boolean {
  const [were, are] = [isBackend(a), isBackend(b)]
  if (!were && !are) return true
  return (
    were === are &&
    a.metadata.uid === b.metadata.uid &&
    isReady(a) === isReady(b) &&
    (a.metadata.deletionTimestamp === undefined) === (b.metadata.deletionTimestamp === undefined) &&
    a.spec?.nodeName === b.spec?.nodeName &&
    a.spec?.hostname === b.spec?.hostname &&
    a.spec?.subdomain === b.spec?.subdomain &&
    allAddresses(a.status).join() === allAddresses(b.status).join() &&
    deepEqual(a.metadata.labels ?? {}, b.metadata.labels ?? {})
  )
}

/** The port of a Pod that a port of a Service leads to; undefined where the Pod has none of that name. */
export function targetPort(
  { spec }: Readonly<Pod>,
  { port, targetPort: target = port, protocol = 'TCP' }: ServicePort,
): number | undefined {
  if (typeof target === 'number') return target
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const { ports } of [...(spec?.containers ?? []), ...sidecars])
    for (const one of ports ?? []) if (one.name === target && (one.protocol ?? 'TCP') === protocol) return one.containerPort
  return undefined
}

/** The name by which a Pod is found among those of a Service, where it says that it belongs there. */
export function hostNameIn({ metadata }: Readonly<Service>, pod: Readonly<Pod>): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {}
  return hostname && subdomain === metadata.name && metadata.namespace === pod.metadata.namespace ? hostname : undefined
}

/** Without an address of its own. */
export const isHeadless = ({ spec }: Readonly<Service>): boolean => !spec?.clusterIP || spec.clusterIP === 'None'

/** When a Pod last became ready, or ceased to be; undefined where nobody says. */
export function readySince({ status }: Readonly<Pod>): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? undefined
}
