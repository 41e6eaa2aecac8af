import type { CustomResourceDefinitionVersion } from '@kubetape/api/types/apiextensions/v1'
import { cloneJson, type KubeObject, qualifiedNameErrors } from '@kubetape/apimachinery'
import { keepStatus } from '../registry/status-draft.ts'
import type { Strategy, UpdateStrategy } from '../registry/strategy.ts'
import { customTable } from './printer-columns.ts'
import { scaleRuleOf } from './scale-paths.ts'
import type { CustomType } from './schema/custom-type.ts'
import { selectableFieldsOf } from './selectable-fields.ts'

const FINALIZERS = 'metadata.finalizers'
const KNOWN_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes'])

/** New finalizers that name no domain may clash with those of others: a warning, since old custom resources have them. */
function finalizerWarnings(draft: Readonly<KubeObject>, old: Readonly<KubeObject> | undefined): string[] {
  const before = new Set(old?.metadata?.finalizers)
  const added = [...new Set(draft.metadata?.finalizers)].filter((one) => !before.has(one)).sort()
  return added.flatMap((name) => [
    ...qualifiedNameErrors(name).map((detail) => `${FINALIZERS}: Invalid value: ${JSON.stringify(name)}: ${detail}`),
    ...(name.includes('/') || KNOWN_FINALIZERS.has(name)
      ? []
      : [
          `${FINALIZERS}: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
        ]),
  ])
}

/** A status write changes the status and the owners of fields, nothing else. */
function statusStrategy(type: () => CustomType): UpdateStrategy {
  return {
    prepareForUpdate: (draft, old) => {
      const { status, metadata } = draft
      for (const field of Object.keys(draft)) delete draft[field]
      Object.assign(draft, cloneJson(old))
      if (metadata?.managedFields === undefined) delete draft.metadata!.managedFields
      else draft.metadata!.managedFields = metadata.managedFields
      if (status === undefined) delete draft['status']
      else draft['status'] = status
    },
    validateUpdate: (draft, old, context) => type().validateStatusUpdate(draft, old, context),
  }
}

/** What is special about the objects of one version of a definition. With a status subresource the status is its own endpoint's, otherwise a field like any other. */
export function customStrategy(version: Readonly<CustomResourceDefinitionVersion>, type: () => CustomType): Strategy {
  const hasStatus = version.subresources?.status !== undefined
  const table = customTable(version.additionalPrinterColumns)
  const scale = scaleRuleOf(version.subresources?.scale)
  return {
    prepareForCreate: (draft) => {
      if (hasStatus) delete draft['status']
    },
    prepareForUpdate: (draft, old) => {
      if (hasStatus) keepStatus(draft, old)
    },
    validate: (draft, context) => type().validate(draft, context),
    validateUpdate: (draft, old, context) => type().validateUpdate(draft, old, context),
    ...(hasStatus ? { subresources: { status: statusStrategy(type) } } : {}),
    warnings: finalizerWarnings,
    generation: hasStatus ? 'spec' : 'all',
    unconditionalUpdate: false,
    selectableFields: selectableFieldsOf(version.selectableFields),
    tableRow: (object, nowMs) => table.row(object, nowMs),
    ...(scale === undefined ? {} : { scale }),
  }
}
