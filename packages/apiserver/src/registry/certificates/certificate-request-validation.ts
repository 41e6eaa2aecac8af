import { X509Certificate } from 'node:crypto'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '@kubetape/api/types/certificates/v1'
import { deepEqual, duplicate, type FieldError, FieldPath, forbidden, invalid, notSupported, required } from '@kubetape/apimachinery'
import { parseCertificateRequest } from '../../x509/certificate-request.ts'
import { pemBlocks } from '../../x509/pem.ts'
import { validateSignerName } from '../core/pod/signer-name.ts'
import { KEY_USAGES } from './certificate-request-usages.ts'

const SPEC = FieldPath.of('spec')
const CONDITIONS = FieldPath.of('status').child('conditions')
const CERTIFICATE = FieldPath.of('status').child('certificate')
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const MIN_SECONDS = 600
/** Once there, these stay. */
const LASTING = ['Approved', 'Denied', 'Failed']

type Request = Readonly<CertificateSigningRequest>

/** What an update may do; a request that is wrong already may stay so. */
export interface RequestChange {
  readonly old: Request
  readonly mayApprove?: boolean
  readonly mayIssue?: boolean
}

/** The rules of certificate signing requests (API reference, CertificateSigningRequest v1). */
export function validateCertificateRequest(request: Request, change?: RequestChange): FieldError[] {
  const errors = [...specErrors(request, change?.old), ...conditionErrors(request, change?.old)]
  const { certificate = '' } = request.status ?? {}
  const why = certificateProblem(certificate)
  if (why !== undefined && (change === undefined || certificateProblem(change.old.status?.certificate ?? '') === undefined))
    errors.push(invalid(CERTIFICATE, '<certificate data>', why))
  return change === undefined ? errors : [...errors, ...changeErrors(request, change)]
}

function specErrors({ spec }: Request, old: Request | undefined): FieldError[] {
  const errors: FieldError[] = []
  const bytes = Buffer.from(spec.request ?? '', 'base64')
  try {
    parseCertificateRequest(bytes.toString('latin1'))
  } catch (error) {
    errors.push(invalid(SPEC.child('request'), spec.request, (error as Error).message, goBytes(bytes)))
  }
  const usages = spec.usages ?? []
  const path = SPEC.child('usages')
  if (usages.length === 0) errors.push(required(path))
  if (old === undefined) {
    for (const [at, usage] of usages.entries())
      if (!KEY_USAGES.includes(usage)) errors.push(notSupported(path.index(at), usage, KEY_USAGES))
    for (const [at, usage] of usages.entries()) if (usages.indexOf(usage) < at) errors.push(duplicate(path.index(at), usage))
  }
  const signer = SPEC.child('signerName')
  if (spec.signerName === LEGACY_SIGNER && old?.spec.signerName !== LEGACY_SIGNER)
    errors.push(invalid(signer, spec.signerName, 'the legacy signerName is not allowed via this API version'))
  else errors.push(...validateSignerName(spec.signerName ?? '', signer))
  const { expirationSeconds } = spec
  if (expirationSeconds !== undefined && expirationSeconds < MIN_SECONDS)
    errors.push(
      invalid(SPEC.child('expirationSeconds'), expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)'),
    )
  return errors
}

function conditionErrors(request: Request, old: Request | undefined): FieldError[] {
  const errors: FieldError[] = []
  const conditions = conditionsOf(request)
  const before = old === undefined ? [] : conditionsOf(old)
  const seen = new Set<string>()
  for (const [at, { type = '', status = '' }] of conditions.entries()) {
    const path = CONDITIONS.index(at)
    if (type === '' && !before.some((one) => !one.type)) errors.push(required(path.child('type')))
    const allowed = LASTING.includes(type) ? ['True'] : ['False', 'True', 'Unknown']
    if (status === '') errors.push(required(path.child('status')))
    else if (!allowed.includes(status)) errors.push(notSupported(path.child('status'), status, allowed))
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined
    if (other !== undefined && seen.has(other) && !(has(before, 'Approved') && has(before, 'Denied')))
      errors.push(invalid(path.child('type'), type, 'Approved and Denied conditions are mutually exclusive'))
    if (seen.has(type) && !repeats(before)) errors.push(duplicate(path.child('type'), type))
    seen.add(type)
  }
  return errors
}

function changeErrors(request: Request, { old, mayApprove = false, mayIssue = false }: RequestChange): FieldError[] {
  const errors: FieldError[] = []
  const of = (one: Request, type: string): readonly CertificateSigningRequestCondition[] =>
    conditionsOf(one).filter((condition) => condition.type === type)
  for (const type of LASTING) {
    if (of(request, type).length < of(old, type).length)
      errors.push(forbidden(CONDITIONS, `updates may not remove a condition of type ${JSON.stringify(type)}`))
  }
  for (const type of mayApprove ? [] : ['Approved', 'Denied']) {
    const [now, before] = [of(request, type), of(old, type)]
    if (now.length > before.length) errors.push(forbidden(CONDITIONS, `updates may not add a condition of type ${JSON.stringify(type)}`))
    else if (now.length === before.length && !deepEqual(now, before))
      errors.push(forbidden(CONDITIONS, `updates may not modify a condition of type ${JSON.stringify(type)}`))
  }
  const [certificate, before] = [request.status?.certificate ?? '', old.status?.certificate ?? '']
  if (certificate !== before) {
    if (!mayIssue) errors.push(forbidden(CERTIFICATE, 'updates may not set certificate content'))
    else if (before !== '') errors.push(forbidden(CERTIFICATE, 'updates may not modify existing certificate content'))
  }
  return errors
}

/** Why an issued certificate is none; undefined where it is one, or there is none yet. */
function certificateProblem(base64: string): string | undefined {
  if (base64 === '') return undefined
  const blocks = pemBlocks(Buffer.from(base64, 'base64').toString('latin1'))
  for (const { type, hasHeaders, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`
    if (hasHeaders) return 'no PEM block headers are permitted'
    if (bytes.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates'
    try {
      new X509Certificate(bytes)
    } catch {
      return 'x509: malformed certificate'
    }
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined
}

export const conditionsOf = ({ status }: Request): readonly CertificateSigningRequestCondition[] => status?.conditions ?? []

const has = (conditions: readonly CertificateSigningRequestCondition[], type: string): boolean =>
  conditions.some((one) => one.type === type)

const repeats = (conditions: readonly CertificateSigningRequestCondition[]): boolean =>
  new Set(conditions.map((one) => one.type)).size < conditions.length

/** Bytes as Go prints them with %#v. */
function goBytes(bytes: Uint8Array): string {
  return `[]byte{${[...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`
}
