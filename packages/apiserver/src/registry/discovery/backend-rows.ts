import type { Endpoints } from '@kubetape/api/types/core/v1'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from '../table-cells.ts'

const LISTED_MAX = 3
/** The first three, and how many more there are. */
function listed(values: readonly string[], none: string): string {
  if (values.length === 0) return none
  const first = values.slice(0, LISTED_MAX).join(',')
  return values.length > LISTED_MAX ? `${first} + ${values.length - LISTED_MAX} more...` : first
}

/** IPv6 addresses stand in brackets before a port. */
const hostPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** The row of Endpoints: the places of what is ready. */
export function endpointsRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const all = ((object as Readonly<Endpoints>).subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  )
  return [object.metadata?.name ?? '', listed(all, '<none>'), ageCell(object.metadata?.creationTimestamp, nowMs)]
}

/** The row of an EndpointSlice: its ports and all of its addresses. */
export function sliceRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const { addressType, ports, endpoints } = object as Readonly<EndpointSlice>
  const numbers = (ports ?? []).map(({ port }) => (port === undefined ? '*' : String(port)))
  return [
    object.metadata?.name ?? '',
    addressType,
    listed(numbers, '<unset>'),
    listed(
      // What is always printed is null in the store where nothing was given.
      (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
      '<unset>',
    ),
    ageCell(object.metadata?.creationTimestamp, nowMs),
  ]
}
