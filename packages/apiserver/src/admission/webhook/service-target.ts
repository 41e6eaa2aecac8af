import type { ServiceReference } from '@kubetape/api/types/admissionregistration/v1'
import type { Endpoints, Service } from '@kubetape/api/types/core/v1'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import type { Storage } from '@kubetape/storage'

const SERVICES = { group: '', resource: 'services' } as const
const ENDPOINTS = { group: '', resource: 'endpoints' } as const
const SLICES = { group: 'discovery.k8s.io', resource: 'endpointslices' } as const
const SERVICE_LABEL = 'kubernetes.io/service-name'

/** One place where a Service is served. */
export interface ServicePlace {
  readonly host: string
  readonly port: number
}

/**
 * The places behind a port of a Service that are ready: its EndpointSlices, or its Endpoints where it has none. Nothing routes a cluster IP here, so the
 * places are asked directly. Throws an Error with upstream's words where there is none.
 */
export function placesOf(storage: Storage, { namespace, name, port = 443 }: Readonly<ServiceReference>): ServicePlace[] {
  const service = storage.get(SERVICES, namespace, name)?.object as unknown as Service | undefined
  if (service === undefined) throw new Error(`service ${JSON.stringify(name)} not found`)
  if (service.spec?.type === 'ExternalName') return [{ host: service.spec.externalName ?? '', port }]
  const servicePort = service.spec?.ports?.find((one) => one.port === port)
  if (servicePort === undefined) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`)
  const portName = servicePort.name ?? ''
  const slices = storage
    .list(SLICES, true, { namespace, matches: ({ object }) => object.metadata?.labels?.[SERVICE_LABEL] === name })
    .items.map((one) => one.object as unknown as EndpointSlice)
  const places =
    slices.length > 0 ? slices.flatMap((slice) => placesInSlice(slice, portName)) : placesInEndpoints(storage, namespace, name, portName)
  if (places.length === 0) throw new Error(`no endpoints available for service ${JSON.stringify(name)}`)
  return places
}

function placesInSlice({ endpoints, ports }: EndpointSlice, portName: string): ServicePlace[] {
  const port = ports?.find((one) => (one.name ?? '') === portName)?.port
  if (port === undefined) return []
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses.slice(0, 1).map((host) => ({ host, port })))
}

function placesInEndpoints(storage: Storage, namespace: string, name: string, portName: string): ServicePlace[] {
  const endpoints = storage.get(ENDPOINTS, namespace, name)?.object as unknown as Endpoints | undefined
  return (endpoints?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find((one) => (one.name ?? '') === portName)?.port
    return port === undefined ? [] : addresses.map(({ ip }) => ({ host: ip, port }))
  })
}
