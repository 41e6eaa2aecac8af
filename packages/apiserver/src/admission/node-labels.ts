/** Labels that a kubelet may set on its Node although Kubernetes owns them (well-known labels). */
const KUBELET_LABELS: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'beta.kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/arch',
])
const KUBELET_NAMESPACES = ['kubelet.kubernetes.io', 'node.kubernetes.io']
const RESERVED_NAMESPACE = 'node-restriction.kubernetes.io'

type Labels = Readonly<Record<string, string>>

/** The labels that differ and that a node may not change, in alphabetical order (Kubernetes documentation, "NodeRestriction"). */
export function forbiddenNodeLabels(labels: Labels = {}, before: Labels = {}): string[] {
  const changed = [...new Set([...Object.keys(labels), ...Object.keys(before)])].filter((key) => labels[key] !== before[key])
  return changed.filter(isForbidden).sort()
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/')
  const namespace = slash < 0 ? '' : label.slice(0, slash)
  if (isWithin(namespace, RESERVED_NAMESPACE)) return true
  if (!isWithin(namespace, 'kubernetes.io') && !isWithin(namespace, 'k8s.io')) return false
  return !KUBELET_LABELS.has(label) && !KUBELET_NAMESPACES.some((one) => isWithin(namespace, one))
}

const isWithin = (namespace: string, domain: string): boolean => namespace === domain || namespace.endsWith(`.${domain}`)
