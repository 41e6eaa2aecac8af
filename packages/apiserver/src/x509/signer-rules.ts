/** What of a request for a certificate its signer judges by. */
export interface RequestedSubject {
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly dnsNames: readonly string[]
  readonly ips: readonly string[]
  readonly emails: readonly string[]
  readonly uris: readonly string[]
}

const NODES = 'system:nodes'
const NODE_PREFIX = 'system:node:'

/** Why a cluster signer issues no such certificate; undefined where it does. The words are upstream's. */
export function signerProblem(signerName: string, subject: RequestedSubject, usages: readonly string[]): string | undefined {
  switch (signerName) {
    case 'kubernetes.io/kube-apiserver-client':
      return clientUsageProblem(usages)
    case 'kubernetes.io/kube-apiserver-client-kubelet':
      return nodeProblem(subject) ?? kubeletNamesProblem(subject) ?? usageProblem(usages, 'client auth')
    case 'kubernetes.io/kubelet-serving':
      return nodeProblem(subject) ?? servingNamesProblem(subject) ?? usageProblem(usages, 'server auth')
    default:
      return undefined
  }
}

function clientUsageProblem(usages: readonly string[]): string | undefined {
  const wrong = usages.find((one) => !['digital signature', 'key encipherment', 'client auth'].includes(one))
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
}

function nodeProblem({ commonName, organizations }: RequestedSubject): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== NODES) return 'subject organization is not system:nodes'
  return commonName.startsWith(NODE_PREFIX) ? undefined : 'subject common name does not begin with system:node: '
}

function kubeletNamesProblem({ dnsNames, emails, ips, uris }: RequestedSubject): string | undefined {
  if (dnsNames.length > 0) return 'DNS subjectAltNames are not allowed'
  if (emails.length > 0) return 'Email subjectAltNames are not allowed'
  if (ips.length > 0) return 'IP subjectAltNames are not allowed'
  return uris.length > 0 ? 'URI subjectAltNames are not allowed' : undefined
}

function servingNamesProblem({ dnsNames, emails, ips, uris }: RequestedSubject): string | undefined {
  if (dnsNames.length === 0 && ips.length === 0) return 'DNS or IP subjectAltName is required'
  if (emails.length > 0) return 'Email subjectAltNames are not allowed'
  return uris.length > 0 ? 'URI subjectAltNames are not allowed' : undefined
}

/** Kubelets ask for exactly this, and with keys of RSA for one more. */
function usageProblem(usages: readonly string[], use: string): string | undefined {
  const required = ['digital signature', use].sort()
  const asked = [...new Set(usages)].filter((one) => one !== 'key encipherment').sort()
  return asked.length === required.length && asked.every((one, at) => one === required[at])
    ? undefined
    : `usages did not match [${[...required, 'key encipherment'].sort().join(' ')}]`
}
