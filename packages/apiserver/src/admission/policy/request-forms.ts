import type { KubeObject } from '@kubetape/apimachinery'
import { CelPending } from '@kubetape/cel'
import type { StoredObject } from '@kubetape/storage'
import type { ServedResource } from '../../registry/served-resource.ts'
import type { AdmissionAttributes } from '../admission.ts'
import { type MatchedForm, ownForm } from '../cel/admission-variables.ts'
import { inVersion } from '../webhook/versioned-object.ts'
import { PolicyConfigurationError } from './policy-configuration-error.ts'

/** The request's objects as another version of the resource has them. Kinds of subresources stay what they are. A promise only where a webhook converts. */
export function inFormOf(
  resource: ServedResource,
  { resource: asked, kind, draft, old }: AdmissionAttributes,
): MatchedForm | Promise<MatchedForm> {
  if (resource === asked || kind.kind !== asked.gvk.kind) return { resource, kind, object: draft, old }
  const form = (object: MatchedForm['object'], before: MatchedForm['object']): MatchedForm => ({
    resource,
    kind: resource.gvk,
    object,
    old: before,
  })
  const object = draft && inVersion(draft, asked, resource)
  const before = old && inVersion(old, asked, resource)
  if (!(object instanceof Promise) && !(before instanceof Promise)) return form(object, before)
  return Promise.all([Promise.resolve(object), Promise.resolve(before)]).then((both) => form(...both))
}

/**
 * What policies see of one request, each form made once. Where a webhook converts, a CelPending is thrown until it has: whoever asks is to ask again then
 * (`settled`). Throws a PolicyConfigurationError where the webhook fails.
 */
export class RequestForms {
  readonly #attributes: AdmissionAttributes
  readonly #forms = new Map<ServedResource, MatchedForm | PolicyConfigurationError>()
  readonly #params = new Map<StoredObject, PolicyConfigurationError | undefined>()

  constructor(attributes: AdmissionAttributes) {
    this.#attributes = attributes
  }

  /** The request in the form of a version of its resource. */
  of(resource: ServedResource): MatchedForm {
    if (resource === this.#attributes.resource) return ownForm(this.#attributes)
    const known = this.#forms.get(resource)
    if (known instanceof Error) throw known
    if (known !== undefined) return known
    const made = inFormOf(resource, this.#attributes)
    if (made instanceof Promise) {
      throw new CelPending(
        made.then(
          (form) => void this.#forms.set(resource, form),
          (error: unknown) => void this.#forms.set(resource, notConverted(error)),
        ),
      )
    }
    this.#forms.set(resource, made)
    return made
  }

  /** Params as their kind is served. */
  params(resource: ServedResource, stored: readonly StoredObject[]): readonly Readonly<KubeObject>[] {
    for (const one of stored) {
      const failed = this.#params.get(one)
      if (failed !== undefined) throw failed
    }
    const converting = resource.convert(stored)
    if (converting === undefined) return stored.map((one) => resource.served(one).object)
    throw new CelPending(
      converting.catch((error: unknown) => {
        for (const one of stored) this.#params.set(one, notConverted(error))
      }),
    )
  }
}

/** Upstream's words. */
function notConverted(error: unknown): PolicyConfigurationError {
  return new PolicyConfigurationError(`failed to convert object version: ${error instanceof Error ? error.message : String(error)}`)
}
