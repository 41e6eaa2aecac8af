import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '@kubetape/api/types/certificates/v1'
import { cloneJson, type FieldError, formatTime, humanDuration, type KubeObject } from '@kubetape/apimachinery'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { conditionsOf, validateCertificateRequest } from './certificate-request-validation.ts'

type Request = CertificateSigningRequest

/** Who asks is the server's to say, whatever came along; and nobody makes a request that is approved already. */
function prepareForCreate(draft: Draft, { user }: StrategyContext): void {
  const request = draft as Request
  const { username: _user, uid: _uid, groups: _groups, extra: _extra, ...asked } = request.spec
  const { name, uid, groups, extra = {} } = user
  request.spec = {
    ...asked,
    ...(name ? { username: name } : {}),
    ...(uid ? { uid } : {}),
    ...(groups.length > 0 ? { groups: [...groups] } : {}),
    ...(Object.keys(extra).length > 0 ? { extra: cloneJson(extra) as Record<string, string[]> } : {}),
  }
  request.status = {}
}

/** Nothing but metadata ever changes here: the spec is fixed, the status has its own endpoints. */
function keepAll(draft: Draft, old: Readonly<KubeObject>): void {
  const { spec, status } = cloneJson(old) as Request
  Object.assign(draft, { spec })
  if (status === undefined) delete draft['status']
  else Object.assign(draft, { status })
}

function validateChange(draft: Draft, old: Readonly<KubeObject>, may: { mayApprove?: boolean; mayIssue?: boolean } = {}): FieldError[] {
  return validateCertificateRequest(draft as Request, { old: old as Request, ...may })
}

/** Signers: the certificate, and why there is none. What was approved or denied stays as it is. */
const statusStrategy: UpdateStrategy = {
  prepareForUpdate(draft, stored, context) {
    const [request, old] = [draft as Request, stored as Readonly<Request>]
    request.spec = cloneJson(old.spec)
    keepConditions(request, old, 'Approved')
    keepConditions(request, old, 'Denied')
    stampConditions(request, old, context)
  },
  validateUpdate: (draft, old) => validateChange(draft, old, { mayIssue: true }),
}

/** Approvers: the conditions alone. */
const approvalStrategy: UpdateStrategy = {
  prepareForUpdate(draft, stored, context) {
    const [request, old] = [draft as Request, cloneJson(stored) as Request]
    request.spec = old.spec
    const { conditions } = request.status ?? {}
    const { conditions: _before, ...rest } = old.status ?? {}
    request.status = { ...rest, ...(conditions === undefined ? {} : { conditions }) }
    stampConditions(request, old, context)
  },
  validateUpdate: (draft, old) => validateChange(draft, old, { mayApprove: true }),
}

/** The conditions of this type as they were, where there are as many as before. */
function keepConditions(request: Request, old: Readonly<Request>, type: string): void {
  const before = conditionsOf(old).filter((one) => one.type === type)
  const conditions = request.status?.conditions
  if (conditions === undefined || conditions.filter((one) => one.type === type).length !== before.length) return
  let next = 0
  for (const [at, one] of conditions.entries()) if (one.type === type) conditions[at] = cloneJson(before[next++]!)
}

/** Conditions that say no time get one: of the last update now, of the last change the old one while their status is the same. */
function stampConditions(request: Request, old: Readonly<Request>, { nowMs }: StrategyContext): void {
  const conditions: CertificateSigningRequestCondition[] = request.status?.conditions ?? []
  const now = formatTime(nowMs)
  for (const condition of conditions) {
    condition.lastUpdateTime ??= now
    if (condition.lastTransitionTime) continue
    const same = conditionsOf(old).find((one) => one.type === condition.type && one.status === condition.status && one.lastTransitionTime)
    condition.lastTransitionTime = same?.lastTransitionTime ?? now
  }
}

/** What became of a request, for people. */
function conditionCell(request: Readonly<Request>): string {
  const has = (type: string): boolean => conditionsOf(request).some((one) => one.type === type)
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return `${decision}${has('Failed') ? ',Failed' : ''}${request.status?.certificate ? ',Issued' : ''}`
}

/** Certificate signing requests (API reference, certificates.k8s.io/v1). */
export const certificateRequestStrategy: Strategy = {
  generation: 'none',
  metadataOnUpdate: 'whole',
  prepareForCreate,
  validate: (draft) => validateCertificateRequest(draft as Request),
  prepareForUpdate: keepAll,
  validateUpdate: (draft, old) => validateChange(draft, old),
  subresources: { status: statusStrategy, approval: approvalStrategy },
  selectableFields: (object) => ({ 'spec.signerName': (object as Readonly<Request>).spec.signerName ?? '' }),
  tableRow(object, nowMs) {
    const request = object as Readonly<Request>
    const { signerName, username = '', expirationSeconds } = request.spec
    return [
      request.metadata.name ?? '',
      ageCell(request.metadata.creationTimestamp, nowMs),
      signerName || '<none>',
      username,
      expirationSeconds === undefined ? '<none>' : humanDuration(expirationSeconds * 1000),
      conditionCell(request),
    ]
  },
}
