import type { Node } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from '../../table-cells.ts'

const ROLE_LABEL_PREFIX = 'node-role.kubernetes.io/'
const ROLE_LABEL = 'kubernetes.io/role'

/** Cells of a Node's row: Name, Status, Roles, Age, Version, Internal-IP, External-IP, OS-Image, Kernel-Version, Container-Runtime. */
export function nodeRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const node = object as Readonly<Node>
  const info = node.status?.nodeInfo
  return [
    node.metadata.name ?? '',
    statusCell(node),
    rolesCell(node.metadata.labels ?? {}),
    ageCell(node.metadata.creationTimestamp, nowMs),
    info?.kubeletVersion ?? '',
    addressCell(node, 'InternalIP'),
    addressCell(node, 'ExternalIP'),
    info?.osImage || '<unknown>',
    info?.kernelVersion || '<unknown>',
    info?.containerRuntimeVersion || '<unknown>',
  ]
}

function statusCell({ spec, status }: Readonly<Node>): string {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready')
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady']
  if (spec?.unschedulable) words.push('SchedulingDisabled')
  return words.join(',')
}

/** Roles are labels: `node-role.kubernetes.io/<role>`, or the older `kubernetes.io/role: <role>`. */
function rolesCell(labels: Readonly<Record<string, string>>): string {
  const roles = new Set<string>()
  for (const [key, value] of Object.entries(labels)) {
    const role = key.startsWith(ROLE_LABEL_PREFIX) ? key.slice(ROLE_LABEL_PREFIX.length) : key === ROLE_LABEL ? value : ''
    if (role !== '') roles.add(role)
  }
  return [...roles].sort().join(',') || '<none>'
}

const addressCell = ({ status }: Readonly<Node>, type: string): string =>
  status?.addresses?.find((address) => address.type === type)?.address ?? '<none>'
