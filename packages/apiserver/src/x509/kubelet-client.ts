import { parseCertificateRequest } from './certificate-request.ts'
import { signerProblem } from './signer-rules.ts'

/** What a request for a certificate says, as its resource has it. */
export interface KubeletRequest {
  /** In PEM. */
  readonly request: string
  readonly signerName: string
  readonly usages: readonly string[]
}

const SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet'

/** The user that a request for a kubelet's client certificate is for; undefined when it is none, or one that its signer would refuse. */
export function kubeletClientName({ request, signerName, usages }: KubeletRequest): string | undefined {
  if (signerName !== SIGNER) return undefined
  const subject = parseCertificateRequest(request)
  return signerProblem(SIGNER, subject, usages) === undefined ? subject.commonName : undefined
}
