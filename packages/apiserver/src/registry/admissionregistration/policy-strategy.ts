import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyStatus } from '@kubetape/api/types/admissionregistration/v1'
import { cloneJson, type FieldError, FieldPath, required } from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { defaultMatchResources } from './match-resources-validation.ts'
import { validatePolicy } from './policy-validation.ts'

const WARNINGS = FieldPath.of('status').child('typeChecking', 'expressionWarnings')

function defaultPolicy(draft: Draft): void {
  const { spec } = draft as ValidatingAdmissionPolicy
  if (spec === undefined) return
  spec.failurePolicy ??= 'Fail'
  defaultMatchResources(spec.matchConstraints)
}

function validateStatus({ typeChecking }: ValidatingAdmissionPolicyStatus): FieldError[] {
  return (typeChecking?.expressionWarnings ?? []).flatMap(({ warning, fieldRef }, index) => [
    ...(warning ? [] : [required(WARNINGS.index(index).child('warning'))]),
    ...(fieldRef?.trim() ? [] : [required(WARNINGS.index(index).child('fieldRef'))]),
  ])
}

/** Policies in CEL (API reference, admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy, KEP-3488). */
export const policyStrategy: Strategy = {
  generation: 'spec',
  metadataOnUpdate: 'whole',
  unconditionalUpdate: false,
  default: defaultPolicy,
  prepareForCreate: (draft) => {
    draft['status'] = {}
  },
  validate: (draft, { gates }) => validatePolicy(draft as ValidatingAdmissionPolicy, undefined, gates),
  validateUpdate: (draft, old, { gates }) => validatePolicy(draft as ValidatingAdmissionPolicy, old as ValidatingAdmissionPolicy, gates),
  subresources: {
    status: {
      // A status write changes the status and nothing else.
      prepareForUpdate: (draft, old) => {
        const { status, metadata } = draft
        for (const field of Object.keys(draft)) delete draft[field]
        Object.assign(draft, cloneJson(old), { status })
        if (metadata?.managedFields !== undefined) draft.metadata!.managedFields = metadata.managedFields
        if (metadata?.resourceVersion !== undefined) draft.metadata!.resourceVersion = metadata.resourceVersion
      },
      validateUpdate: (draft) => validateStatus((draft as ValidatingAdmissionPolicy).status ?? {}),
    },
  },
  tableRow: (object, nowMs) => {
    const { metadata, spec = {} } = object as Readonly<ValidatingAdmissionPolicy>
    const { validations = [], paramKind } = spec
    const kind = paramKind === undefined ? '<unset>' : `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}`
    return [metadata.name ?? '', validations.length, kind, ageCell(metadata.creationTimestamp, nowMs)]
  },
}
