import type { SubjectAccessReview } from '@kubetape/api/types/authorization/v1'
import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'
import { CertificateSigningRequest as CertificateSigningRequestKind } from '@kubetape/api/kinds'
import { isConflict, isNotFound, type Kind } from '@kubetape/apimachinery'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { type Approval, approvalsOf, approved, isUndecided, waitMs } from './plan.ts'

export interface CertificateApprovingControllerOptions {
  /**
   * The user that a request for a kubelet's client certificate is for; undefined when it is none, or not as kubelets make them. Pure; throws for what is
   * no request at all.
   */
  readonly nodeOf: (request: {
    readonly request: string
    readonly signerName: string
    readonly usages: readonly string[]
  }) => string | undefined
}

const REVIEWS: Kind<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  resource: 'subjectaccessreviews',
  namespaced: false,
}

/** Approves requests of kubelets for client certificates, where who asks has the right to (kube-controller-manager's csrapproving). */
export function certificateApprovingController({ nodeOf }: CertificateApprovingControllerOptions): Controller {
  return controllerFor<CertificateSigningRequest>(CertificateSigningRequestKind)
    .named('certificatesigningrequest-approving')
    .reconcile(async ({ name }, context) => {
      const request = context.lister<CertificateSigningRequest>(CertificateSigningRequestKind).get('', name)
      if (request === undefined || !isUndecided(request)) return undefined
      const { request: pem, signerName, usages = [] } = request.spec
      const node = nodeOf({ request: atob(pem), signerName, usages })
      if (node === undefined) return undefined
      for (const approval of approvalsOf(request, node)) {
        if (!(await isAllowed(request, approval, context))) continue
        await approve(request, approval, context)
        return undefined
      }
      return again(context)
    })
}

/** The right may be given later: it is looked for again, ever less often. */
function again({ carried, carry }: ReconcileContext): ReconcileResult {
  const tries = typeof carried === 'number' ? carried : 0
  carry(tries + 1)
  return { requeueAfterMs: waitMs(tries) }
}

async function isAllowed(
  { spec }: Readonly<CertificateSigningRequest>,
  { subresource }: Approval,
  { client }: ReconcileContext,
): Promise<boolean> {
  const { username = '', uid, groups, extra } = spec
  const review = await client.create<SubjectAccessReview>(REVIEWS, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: {
      user: username,
      ...(uid === undefined ? {} : { uid }),
      ...(groups === undefined ? {} : { groups }),
      ...(extra === undefined ? {} : { extra }),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        resource: 'certificatesigningrequests',
        verb: 'create',
        subresource,
        version: '*',
      },
    },
  })
  return review.status?.allowed === true
}

async function approve(request: Readonly<CertificateSigningRequest>, approval: Approval, { client }: ReconcileContext): Promise<void> {
  try {
    await client.update(CertificateSigningRequestKind, approved(request, approval), { subresource: 'approval' })
  } catch (error) {
    // Somebody changed or deleted it meanwhile, which is a change too.
    if (!isConflict(error) && !isNotFound(error)) throw error
  }
}
