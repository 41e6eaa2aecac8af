import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'
import { deepEqual, forbiddenError } from '@kubetape/apimachinery'
import type { Authorizer } from '../auth/authorizer.ts'
import type { UserInfo } from '../registry/strategy.ts'
import { parseCertificateRequest } from '../x509/certificate-request.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts'

const REQUESTS = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests' } as const
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'
const MASTERS = 'system:masters'

/** Who approves or denies a request must be allowed to `approve` for its signer (plugin CertificateApproval). */
export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    validate(attributes) {
      if (!isOfRequests(attributes, 'UPDATE', 'approval')) return undefined
      return checkSigner(authorizer, attributes, 'approve', (attributes.draft as CertificateSigningRequest).spec.signerName)
    },
  }
}

/** Who issues a certificate must be allowed to `sign` for its signer (plugin CertificateSigning). */
export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    validate(attributes) {
      if (!isOfRequests(attributes, 'UPDATE', 'status')) return undefined
      const [request, old] = [attributes.draft, attributes.old] as [CertificateSigningRequest, Readonly<CertificateSigningRequest>]
      const issued = (one: Readonly<CertificateSigningRequest>): unknown => [one.status?.certificate ?? '', one.status?.conditions ?? []]
      return deepEqual(issued(request), issued(old)) ? undefined : checkSigner(authorizer, attributes, 'sign', old.spec.signerName)
    },
  }
}

/** Nobody asks for a certificate that may do everything (plugin CertificateSubjectRestriction). */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(attributes) {
    if (!isOfRequests(attributes, 'CREATE', '')) return
    const { signerName, request } = (attributes.draft as CertificateSigningRequest).spec
    if (signerName !== CLIENT_SIGNER) return
    const { organizations } = parseCertificateRequest(Buffer.from(request, 'base64').toString('latin1'))
    if (organizations.includes(MASTERS)) throw refusal(attributes, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`)
  },
}

function isOfRequests({ operation, resource: { info }, subresource }: AdmissionAttributes, wanted: string, of: string): boolean {
  return operation === wanted && subresource === of && info.group === REQUESTS.group && info.resource === REQUESTS.resource
}

const refusal = ({ name }: AdmissionAttributes, why: string): Error => forbiddenError(REQUESTS, name, why)

async function checkSigner(
  authorizer: Authorizer,
  attributes: AdmissionAttributes,
  verb: 'approve' | 'sign',
  signer: string,
): Promise<void> {
  if (!(await mayUseSigner(authorizer, attributes.context.user, verb, signer)))
    throw refusal(attributes, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`)
}

/** Whether somebody may do this for a signer, by its name or by all names of its domain. */
async function mayUseSigner(authorizer: Authorizer, user: UserInfo, verb: string, signer: string): Promise<boolean> {
  for (const name of [signer, `${signer.split('/')[0]}/*`]) {
    const { verdict } = await authorizer.authorize({
      user,
      verb,
      isResource: true,
      group: REQUESTS.group,
      version: '*',
      resource: 'signers',
      subresource: '',
      namespace: '',
      name,
    })
    if (verdict === 'allow') return true
  }
  return false
}
