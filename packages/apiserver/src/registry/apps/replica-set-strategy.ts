import type { ReplicaSet, ReplicaSetSpec } from '@kubetape/api/types/apps/v1'
import { cloneJson, type FieldError, FieldPath, printGoLabelSelector } from '@kubetape/apimachinery'
import { immutable, nonNegative } from '../batch/field-rules.ts'
import { podNameWarnings } from '../batch/job-warnings.ts'
import { defaultPodTemplate } from '../core/pod/pod-defaults.ts'
import { dropDisabledTemplateFields } from '../core/pod/pod-fields.ts'
import { podTemplateWarnings } from '../core/pod/pod-warnings.ts'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../strategy.ts'
import { ageCell, containerCells, selectorCell } from '../table-cells.ts'
import { validateCounts, validateWorkload, type WorkloadRules } from './workload-validation.ts'
import { workloadScale } from '../subresources/workload-scale.ts'

const SPEC = FieldPath.of('spec')
/** Upstream's message for an empty selector is the Deployment's. */
const RULES: WorkloadRules = { named: 'deployment', owner: 'ReplicaSet', selectorRequired: true, badSelector: 'invalid label selector' }

function defaultReplicaSet(draft: Draft, { gates }: StrategyContext): void {
  const spec = ((draft as { spec?: object }).spec ??= {}) as ReplicaSetSpec
  spec.template ??= {}
  defaultPodTemplate(spec.template, gates)
  spec.replicas ??= 1
}

function validateSpec(spec: ReplicaSetSpec, old: Readonly<ReplicaSetSpec> | undefined, context: StrategyContext): FieldError[] {
  return [
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...validateWorkload({ selector: spec.selector, template: spec.template ?? {} }, old?.template, SPEC, RULES, context),
  ]
}

/** How the counts of a status must be to each other; of ReplicaSets and ReplicationControllers alike. */
export const replicaStatus: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
  },
  validateUpdate: (draft) =>
    validateCounts(
      draft['status'] as Record<string, unknown> | undefined,
      ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
      [
        ['fullyLabeledReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['readyReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['availableReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
      ],
      FieldPath.of('status'),
    ),
}

/** ReplicaSets (API reference, apps/v1 ReplicaSet). */
export const replicaSetStrategy: Strategy = {
  default: defaultReplicaSet,
  prepareForCreate: (draft, { gates }) => {
    draft['status'] = {}
    dropDisabledTemplateFields((draft as ReplicaSet).spec?.template, undefined, gates)
  },
  prepareForUpdate: (draft, old, { gates }) => {
    draft['status'] = cloneJson(old['status'])
    dropDisabledTemplateFields((draft as ReplicaSet).spec?.template, (old as ReplicaSet).spec?.template, gates)
  },
  validate: (draft, context) => validateSpec((draft as ReplicaSet).spec, undefined, context),
  validateUpdate: (draft, old, context) => {
    const [spec, before] = [(draft as ReplicaSet).spec, (old as ReplicaSet).spec]
    // The whole ReplicaSet is checked, and then once more as a change.
    const errors = validateSpec(spec, before, context)
    return [...errors, ...errors, ...immutable(SPEC.child('selector'), spec.selector, before.selector, printGoLabelSelector)]
  },
  warnings: (draft, old, context) => {
    const { spec, metadata } = draft as ReplicaSet
    const template = spec?.template ?? {}
    if (old === undefined)
      return [...podNameWarnings(metadata?.name ?? ''), ...podTemplateWarnings(template, undefined, 'spec.template', context)]
    if (metadata?.generation === old.metadata?.generation) return []
    return podTemplateWarnings(template, (old as ReplicaSet).spec?.template, 'spec.template', context)
  },
  scale: workloadScale,
  subresources: { status: replicaStatus },
  generation: 'spec',
  metadataOnUpdate: 'whole',
  tableRow: (object, nowMs) => {
    const { metadata, spec, status } = object as Readonly<ReplicaSet>
    return [
      metadata?.name ?? '',
      spec?.replicas ?? 0,
      status?.replicas ?? 0,
      status?.readyReplicas ?? 0,
      ageCell(metadata?.creationTimestamp, nowMs),
      ...containerCells(spec?.template?.spec),
      selectorCell(spec?.selector),
    ]
  },
}
