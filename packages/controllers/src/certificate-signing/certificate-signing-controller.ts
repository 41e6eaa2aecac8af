import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'
import { CertificateSigningRequest as CertificateSigningRequestKind } from '@kubetape/api/kinds'
import { isConflict, isNotFound } from '@kubetape/apimachinery'
import { type Controller, controllerFor, defaultControllerRateLimiter } from '@kubetape/runtime'
import { answered, type Issued, waitsForCertificate } from './plan.ts'

/** What a certificate is made of. */
export interface CertificateOrder {
  readonly uid: string
  /** The request, in PEM. */
  readonly request: string
  readonly signerName: string
  readonly usages: readonly string[]
  readonly expirationSeconds?: number | undefined
}

export interface CertificateSigningControllerOptions {
  /**
   * Signs with the cluster's CA. Answers undefined while it is at work: signing takes time, a run does not wait. What it answers is on the tape, as
   * something from outside: replay has no CA.
   */
  readonly issue: (order: CertificateOrder) => Issued | undefined
}

const AGAIN_MS = 20
/** How long a request that could not be answered waits first (v1.31's controllers of certificate signing requests). */
const RETRY_BASE_MS = 200

/** Issues certificates for approved requests to the cluster's own signers (kube-controller-manager's csrsigning). */
export function certificateSigningController({ issue }: CertificateSigningControllerOptions): Controller {
  return controllerFor<CertificateSigningRequest>(CertificateSigningRequestKind)
    .named('certificatesigningrequest-signing')
    .with({ rateLimiter: (options) => defaultControllerRateLimiter({ ...options, baseMs: RETRY_BASE_MS }) })
    .reconcile(async ({ name }, context) => {
      const request = context.lister<CertificateSigningRequest>(CertificateSigningRequestKind).get('', name)
      if (request === undefined || !waitsForCertificate(request)) return undefined
      const { request: pem, signerName, usages = [], expirationSeconds } = request.spec
      const issued = context.outside(() => issue({ uid: request.metadata.uid!, request: atob(pem), signerName, usages, expirationSeconds }))
      if (issued === undefined) return { requeueAfterMs: AGAIN_MS }
      try {
        await context.client.update(CertificateSigningRequestKind, answered(request, issued), { subresource: 'status' })
      } catch (error) {
        // Somebody changed or deleted it meanwhile, which is a change too.
        if (!isConflict(error) && !isNotFound(error)) throw error
      }
      return undefined
    })
}
