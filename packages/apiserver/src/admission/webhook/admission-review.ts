import { type GroupVersionResource, type KubeObject, printExactJson, type Status } from '@kubetape/apimachinery'
import type { ServedResource } from '../../registry/served-resource.ts'
import type { AdmissionAttributes } from '../admission.ts'
import { operationOptions } from '../operation-options.ts'
import { requestNamespace } from '../request-namespace.ts'
import { shaped } from '../../webhook/answer-shape.ts'
import type { Invocation } from './webhook-match.ts'

/** The versions of AdmissionReview that are spoken. */
type ReviewVersion = 'v1' | 'v1beta1'

/** What a webhook answered, whichever version it speaks. */
export interface Verdict {
  readonly allowed: boolean
  readonly status: Partial<Status> | undefined
  readonly warnings: readonly string[]
  readonly auditAnnotations: Readonly<Record<string, string>>
  /** JSON of a list of JSON Patch operations; undefined without any. */
  readonly patch: string | undefined
}

/** A request about an object (API reference, admission.k8s.io AdmissionReview), and what reads its answer. */
export interface Review {
  readonly body: string
  /** Throws an Error with upstream's words for an answer that is none. */
  read(answer: string, mutating: boolean): Verdict
}

const GROUP = 'admission.k8s.io'

/** The objects of an invocation in its version. */
export interface ReviewedObjects {
  readonly object: Readonly<KubeObject> | undefined
  readonly old: Readonly<KubeObject> | undefined
}

/** What an invocation asks. Throws an Error for a webhook that speaks no version that is known here. */
export function makeReview(invocation: Invocation, attributes: AdmissionAttributes, { object, old }: ReviewedObjects): Review {
  const version = invocation.webhook.spec.admissionReviewVersions.find((one): one is ReviewVersion => one === 'v1' || one === 'v1beta1')
  if (version === undefined) throw new Error('webhook does not accept known AdmissionReview versions (v1, v1beta1)')
  const { context, operation, subresource, name, resource, kind, dryRun } = attributes
  const uid = context.newUid()
  const { name: username, uid: userUid, groups, extra } = context.user
  const namespace = requestNamespace(attributes)
  const request = {
    uid,
    kind: gvkOf(invocation.kind),
    resource: gvrOf(invocation.resource),
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: gvkOf(kind),
    requestResource: gvrOf(resource),
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: {
      username,
      ...(userUid ? { uid: userUid } : {}),
      ...(groups.length > 0 ? { groups } : {}),
      ...(extra === undefined ? {} : { extra }),
    },
    object: object ?? null,
    oldObject: old ?? null,
    dryRun,
    options: operationOptions(attributes),
  }
  return {
    body: printExactJson({ kind: 'AdmissionReview', apiVersion: `${GROUP}/${version}`, request }),
    read: (answer, mutating) => readAnswer(answer, version, uid, mutating),
  }
}

const gvkOf = ({ group, version, kind }: Invocation['kind']): object => ({ group, version, kind })

function gvrOf({ info: { group, version, resource } }: ServedResource): GroupVersionResource {
  return { group, version, resource }
}

interface ReviewAnswer {
  readonly kind?: string
  readonly apiVersion?: string
  readonly response?: {
    readonly uid?: string
    readonly allowed?: boolean
    readonly patch?: string
    readonly patchType?: string
    readonly status?: Partial<Status>
    readonly warnings?: readonly string[]
    readonly auditAnnotations?: Readonly<Record<string, string>>
  }
}

const ANSWER_SHAPE = {
  kind: 'string',
  apiVersion: 'string',
  response: {
    uid: 'string',
    allowed: 'boolean',
    patch: 'string',
    patchType: 'string',
    status: { status: 'string', message: 'string', reason: 'string', code: 'integer', details: 'anything' },
    warnings: ['string'],
    auditAnnotations: { '*': 'string' },
  },
} as const

function readAnswer(text: string, version: ReviewVersion, uid: string, mutating: boolean): Verdict {
  const { kind = '', apiVersion = '', response } = parse(text)
  const wrongVersion = kind === 'AdmissionReview' && apiVersion.startsWith(`${GROUP}/`) && apiVersion !== `${GROUP}/${version}`
  if (response === undefined || wrongVersion) throw new Error('webhook response was absent')
  if (version === 'v1') {
    if (response.uid !== uid) throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`)
    if (kind !== 'AdmissionReview' || apiVersion !== `${GROUP}/v1`)
      throw new Error(`expected webhook response of ${GROUP}/v1, Kind=AdmissionReview, got ${apiVersion || '/'}, Kind=${kind}`)
    checkPatch(response, mutating)
  }
  const { allowed = false, status, warnings = [], auditAnnotations = {}, patch, patchType } = response
  if (patch && patchType !== undefined && patchType !== 'JSONPatch') throw new Error(`unsupported patch type ${JSON.stringify(patchType)}`)
  return {
    allowed,
    status,
    warnings,
    auditAnnotations,
    patch: mutating && patch ? Buffer.from(patch, 'base64').toString('utf8') : undefined,
  }
}

function parse(text: string): ReviewAnswer {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`couldn't get version/kind; json parse error: ${(error as Error).message}`, { cause: error })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(
      'couldn\'t get version/kind; json parse error: json: cannot unmarshal into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
    )
  return shaped(value, ANSWER_SHAPE) as ReviewAnswer
}

function checkPatch({ patch, patchType }: NonNullable<ReviewAnswer['response']>, mutating: boolean): void {
  if (!mutating) {
    if (patch) throw new Error('validating webhook may not return response.patch')
    if (patchType !== undefined) throw new Error('validating webhook may not return response.patchType')
    return
  }
  if (patch && patchType === undefined) throw new Error('webhook returned response.patch but not response.patchType')
  if (!patch && patchType !== undefined) throw new Error('webhook returned response.patchType but not response.patch')
  if (patchType === '') throw new Error('webhook returned invalid response.patchType of ""')
}
