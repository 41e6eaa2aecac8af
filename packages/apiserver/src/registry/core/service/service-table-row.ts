import type { Service } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from '../../table-cells.ts'

const selectorText = (selector: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',') || '<none>'
function externalAddress({ spec, status }: Readonly<Service>): string {
  const external = (spec?.externalIPs ?? []).join(',')
  if (spec?.type === 'ExternalName') return spec.externalName ?? ''
  if (spec?.type !== 'LoadBalancer') return external || '<none>'
  const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(',')
  return [balanced, external].filter((one) => one !== '').join(',') || '<pending>'
}

/** The cells of a Service, as upstream prints them. */
export function serviceRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const service = object as Readonly<Service>
  const { metadata, spec } = service
  const ports = (spec?.ports ?? []).map(({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
  return [
    metadata.name ?? '',
    spec?.type ?? 'ClusterIP',
    spec?.clusterIP || '<none>',
    externalAddress(service),
    ports.join(',') || '<none>',
    ageCell(metadata.creationTimestamp, nowMs),
    selectorText(spec?.selector),
  ]
}
