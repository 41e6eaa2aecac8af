import type { ValidatingWebhook } from '@kubetape/api/types/admissionregistration/v1'
import { cloneJson, diffJson, formatGroupVersionKind, type JsonPatchOperation, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { RunLog } from '../reconcile.ts'
import type { AdmissionOperation, AdmissionRequest } from './admission-request.ts'
import { type Decision, denied, statusOf } from './admission-review.ts'
import { badReview } from './bad-review.ts'

/** What a handler learns of the request, and can say beside its decision. */
export interface ReviewContext<T extends KubeObject = KubeObject> {
  readonly request: AdmissionRequest<T>
  /** Warns the user who asked, whatever is decided. Keep it below 120 characters: clients cut longer ones. */
  readonly warn: (text: string) => void
  /** Notes something for the audit log of the API server, which puts the name of the webhook before the key. */
  readonly audit: (key: string, value: string) => void
  /** Aborted when the API server waits no longer. */
  readonly signal: AbortSignal
  /** Has the webhook and the request's uid already. */
  readonly log: RunLog
}

/** A message refuses the request with it (403 Forbidden); nothing lets it pass. */
export type Objection = string | undefined | void

/** Judges requests; an operation without a function passes. Throw `denied(message, { code })` to refuse with another code than 403. */
export interface ValidatingHandlers<T extends KubeObject> {
  readonly create?: (object: T, context: ReviewContext<T>) => Objection | Promise<Objection>
  readonly update?: (object: T, old: T, context: ReviewContext<T>) => Objection | Promise<Objection>
  readonly delete?: (old: T, context: ReviewContext<T>) => Objection | Promise<Objection>
}

/** Changes the object, a copy of its own, or answers another one; of both, the difference becomes the patch. Throw `denied(message)` to refuse. */
export type MutatingHandler<T extends KubeObject> = (object: T, context: ReviewContext<T>) => T | void | Promise<T | void>

/** How a webhook is registered (API reference, ValidatingWebhook and MutatingWebhook); whatever is left out is the API server's default. */
export interface AdmissionWebhookOptions extends Partial<
  Pick<
    ValidatingWebhook,
    'failurePolicy' | 'matchConditions' | 'matchPolicy' | 'namespaceSelector' | 'objectSelector' | 'sideEffects' | 'timeoutSeconds'
  >
> {
  /** Default as controller-runtime has it: `/validate-<group>-<version>-<kind>` or `/mutate-…`, dots of the group as dashes. */
  readonly path?: string
  /** At least three parts, as of a DNS name. Default `validate.<version>.<resource>.<group>` or `mutate.…`. */
  readonly name?: string
  /** Default of a validating webhook: those that have a function; of a mutating one: CREATE and UPDATE. */
  readonly operations?: readonly AdmissionOperation[]
  /** Subresources that it decides about too, whose objects are of the same kind: `status`. */
  readonly subresources?: readonly string[]
}

export interface MutatingWebhookOptions extends AdmissionWebhookOptions {
  /** Whether it is asked again when a later webhook changed the object. */
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded'
}

/** An admission webhook, complete and inert: the Manager serves it. */
export interface AdmissionWebhook {
  readonly type: 'validating' | 'mutating'
  readonly kind: Kind
  readonly path: string
  readonly name: string
  readonly operations: readonly AdmissionOperation[]
  readonly options: AdmissionWebhookOptions
  /** Never throws: what a handler throws is a refusal. */
  readonly decide: (request: AdmissionRequest, environment: Pick<ReviewContext, 'log' | 'signal'>) => Promise<Decision>
}

/** A webhook that judges requests about objects of a kind: `validatingWebhook(Widget, { create: ({ spec }) => (spec.size > 9 ? 'too large' : undefined) })`. */
export function validatingWebhook<T extends KubeObject>(
  kind: Kind<T>,
  handlers: ValidatingHandlers<T>,
  options: AdmissionWebhookOptions = {},
): AdmissionWebhook {
  const operations: AdmissionOperation[] = []
  if (handlers.create) operations.push('CREATE')
  if (handlers.update) operations.push('UPDATE')
  if (handlers.delete) operations.push('DELETE')
  return webhook('validating', kind, operations, options, async (request, context) => {
    const objection = await objectionOf(handlers, request, context)
    if (typeof objection === 'string') throw denied(objection)
    return []
  })
}

/** A webhook that changes objects of a kind before they are stored: `mutatingWebhook(Widget, (widget) => void (widget.spec.size ??= 1))`. */
export function mutatingWebhook<T extends KubeObject>(
  kind: Kind<T>,
  handler: MutatingHandler<T>,
  options: MutatingWebhookOptions = {},
): AdmissionWebhook {
  return webhook('mutating', kind, ['CREATE', 'UPDATE'], options, async (request, context) => {
    const { object } = request
    if (object === null) return []
    const copy = cloneJson(object)
    return diffJson(object, (await handler(copy, context)) ?? copy)
  })
}

async function objectionOf<T extends KubeObject>(
  handlers: ValidatingHandlers<T>,
  { operation, object, oldObject }: AdmissionRequest<T>,
  context: ReviewContext<T>,
): Promise<Objection> {
  switch (operation) {
    case 'CREATE':
      return handlers.create?.(present(object, operation, 'object'), context)
    case 'UPDATE':
      return handlers.update?.(present(object, operation, 'object'), present(oldObject, operation, 'oldObject'), context)
    case 'DELETE':
      return handlers.delete?.(present(oldObject, operation, 'oldObject'), context)
    case 'CONNECT':
      return undefined
  }
}

function present<T>(object: T | null | undefined, operation: string, field: string): T {
  if (object === null || object === undefined) throw badReview(`a request of ${operation} has no ${field}`)
  return object
}

function webhook<T extends KubeObject>(
  type: 'validating' | 'mutating',
  kind: Kind<T>,
  operations: readonly AdmissionOperation[],
  options: AdmissionWebhookOptions,
  run: (request: AdmissionRequest<T>, context: ReviewContext<T>) => Promise<JsonPatchOperation[]>,
): AdmissionWebhook {
  const { group, version, resource } = kind
  const verb = type === 'validating' ? 'validate' : 'mutate'
  return {
    type,
    kind: kind,
    path: options.path ?? `/${verb}-${group.replaceAll('.', '-')}-${version}-${kind.kind.toLowerCase()}`,
    name: options.name ?? [verb, version, resource, group || 'core'].join('.'),
    operations: options.operations ?? operations,
    options,
    decide: async (request, environment) => {
      const warnings: string[] = []
      const auditAnnotations: Record<string, string> = {}
      const said = { warnings, auditAnnotations }
      try {
        if (formatGroupVersionKind(request.kind) !== formatGroupVersionKind(kind))
          throw badReview(`it is about ${formatGroupVersionKind(request.kind)}, this webhook decides about ${formatGroupVersionKind(kind)}`)
        const typed = request as AdmissionRequest<T>
        const warn = (text: string): void => void warnings.push(text)
        const audit = (key: string, value: string): void => void (auditAnnotations[key] = value)
        return { allowed: true, patch: await run(typed, { ...environment, request: typed, warn, audit }), ...said }
      } catch (error) {
        return { allowed: false, status: statusOf(error), patch: [], error, ...said }
      }
    },
  }
}
