import { FieldPath, managedFieldsErrors } from '@kubetape/apimachinery'
import type { AdmissionAttributes } from '../admission/admission.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { dropRepeatedOwners } from './owner-references.ts'
import { placeInNamespace } from './object-place.ts'
import type { Draft } from './strategy.ts'

/**
 * Lets admission change a draft. What it made of metadata is put right again, as upstream does: owners that are there twice, managed fields that are
 * none; a namespace other than the request's is refused. A promise only where a plugin waits.
 */
export function mutateDraft(environment: RegistryEnvironment, attributes: AdmissionAttributes, draft: Draft): void | Promise<void> {
  const before = draft.metadata?.managedFields
  const waiting = environment.admission.mutate(attributes)
  return waiting?.then(() => {
    // Plugins of our own know what they may do.
    if (attributes.reinvocation === undefined) return
    const { context, resource } = attributes
    draft.metadata ??= {}
    placeInNamespace(resource, context, draft)
    dropRepeatedOwners(context, draft, ' after mutating admission happens')
    keepManagedFields(context, draft, before)
  })
}

function keepManagedFields(context: RequestContext, draft: Draft, before: NonNullable<Draft['metadata']>['managedFields']): void {
  const errors = managedFieldsErrors(draft.metadata!.managedFields ?? [], FieldPath.of('metadata').child('managedFields'))
  if (errors.length === 0) return
  if (before === undefined) delete draft.metadata!.managedFields
  else draft.metadata!.managedFields = before
  const texts = errors.map(({ field, message }) => `${field}: ${message}`)
  const why = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
  context.warn(
    `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${why}`,
  )
}
