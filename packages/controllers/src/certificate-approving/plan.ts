import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'

/** One way for a kubelet's request to be approved: who asks must be allowed to create this subresource of requests. */
export interface Approval {
  readonly subresource: 'selfnodeclient' | 'nodeclient'
  readonly message: string
}

/** For itself, with the certificate that it has; or for the first time, by somebody who may ask for nodes (Kubernetes documentation, "TLS bootstrapping"). */
const SELF: Approval = {
  subresource: 'selfnodeclient',
  message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
}
const OTHER: Approval = { subresource: 'nodeclient', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' }

/** Nobody has decided about it yet. */
export function isUndecided({ status }: Readonly<CertificateSigningRequest>): boolean {
  const decided = status?.conditions?.some(({ type }) => type === 'Approved' || type === 'Denied') ?? false
  return !decided && !status?.certificate
}

/** How a request for the certificate of `node` (a user's name) may be approved, in the order to try. */
export function approvalsOf({ spec }: Readonly<CertificateSigningRequest>, node: string): readonly Approval[] {
  return spec.username === node ? [SELF, OTHER] : [OTHER]
}

/** The request, approved. */
export function approved(request: Readonly<CertificateSigningRequest>, { message }: Approval): CertificateSigningRequest {
  const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message }
  return { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), condition] } }
}

/** How long to wait before the right to be approved is looked for again, after so many times in vain: kube-controller-manager's rate limit. */
export function waitMs(tries: number): number {
  return Math.min(200 * 2 ** tries, 1_000_000)
}
