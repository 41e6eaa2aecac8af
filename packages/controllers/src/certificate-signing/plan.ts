import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'

/** Signers that the cluster itself is (Kubernetes documentation, "Certificate Signing Requests"). */
export const CLUSTER_SIGNERS: ReadonlySet<string> = new Set([
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/legacy-unknown',
])

/** What came of asking for a certificate: PEM text, or why there will be none. */
export type Issued = { readonly certificate: string } | { readonly failure: string }

/** Whether a request waits for its certificate: approved, not failed, and one of ours. */
export function waitsForCertificate({ spec, status }: Readonly<CertificateSigningRequest>): boolean {
  const has = (type: string): boolean => status?.conditions?.some((one) => one.type === type) ?? false
  return CLUSTER_SIGNERS.has(spec.signerName) && has('Approved') && !has('Denied') && !has('Failed') && !status?.certificate
}

/** The request with what came of it; a certificate that cannot be is never tried again. */
export function answered(request: Readonly<CertificateSigningRequest>, issued: Issued): CertificateSigningRequest {
  const { status } = request
  if ('certificate' in issued) return { ...request, status: { ...status, certificate: btoa(issued.certificate) } }
  const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: issued.failure }
  return { ...request, status: { ...status, conditions: [...(status?.conditions ?? []), failed] } }
}
