import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'
import { CertificateSigningRequest as CertificateSigningRequestKind } from '@kubetape/api/kinds'
import { isConflict, isNotFound } from '@kubetape/apimachinery'
import { type Controller, controllerFor } from '@kubetape/runtime'
import { deletionTimeOf } from './plan.ts'

/** Deletes certificate signing requests some time after they were decided about, or nobody did (kube-controller-manager's csrcleaner). */
export function certificateCleanerController(): Controller {
  return controllerFor<CertificateSigningRequest>(CertificateSigningRequestKind)
    .named('certificatesigningrequest-cleaner')
    .reconcile(async ({ name }, context) => {
      const request = context.lister<CertificateSigningRequest>(CertificateSigningRequestKind).get('', name)
      if (request === undefined || request.metadata.deletionTimestamp !== undefined) return undefined
      const time = deletionTimeOf(request)
      if (time === undefined) return undefined
      const waitMs = time - context.nowMs()
      if (waitMs > 0) return { requeueAfterMs: waitMs }
      try {
        await context.client.delete(CertificateSigningRequestKind, { name }, { preconditions: { uid: request.metadata.uid! } })
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error
      }
      return undefined
    })
}
