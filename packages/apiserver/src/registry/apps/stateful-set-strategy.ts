import type { StatefulSet, StatefulSetSpec } from '@kubetape/api/types/apps/v1'
import { cloneJson, dnsLabelErrors, type FieldError, FieldPath, forbidden, invalid, notSupported, required } from '@kubetape/apimachinery'
import { goStruct, nonNegative, sameFields } from '../batch/field-rules.ts'
import { podNameWarnings } from '../batch/job-warnings.ts'
import { defaultPodTemplate } from '../core/pod/pod-defaults.ts'
import { dropDisabledTemplateFields } from '../core/pod/pod-fields.ts'
import { podTemplateWarnings } from '../core/pod/pod-warnings.ts'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../strategy.ts'
import { ageCell, containerCells } from '../table-cells.ts'
import { printGoIntOrString, validateAtMostAll, isZeroIntOrPercent, validatePositiveIntOrPercent } from './int-or-percent.ts'
import { validateCounts, validateWorkload, type WorkloadRules } from './workload-validation.ts'
import { workloadScale } from '../subresources/workload-scale.ts'

const SPEC = FieldPath.of('spec')
const REVISIONS_KEPT = 10
const RETENTION = ['Retain', 'Delete']
const RULES: WorkloadRules = { named: 'statefulset', owner: 'StatefulSet', selectorRequired: true, badSelector: '' }
/** What may change of a spec, in the order in which the refusal of all else names it. */
const MUTABLE = ['replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'] as const
const IMMUTABLE = `updates to statefulset spec for fields other than ${MUTABLE.slice(0, -1)
  .map((name) => `'${name}'`)
  .join(', ')} and '${MUTABLE.at(-1)}' are forbidden`

function defaultStatefulSet(draft: Draft, { gates }: StrategyContext): void {
  const spec = ((draft as { spec?: object }).spec ??= {}) as StatefulSetSpec
  spec.template ??= {}
  defaultPodTemplate(spec.template, gates)
  spec.podManagementPolicy ||= 'OrderedReady'
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= REVISIONS_KEPT
  spec.serviceName ??= ''
  const strategy = (spec.updateStrategy ??= {})
  if (!strategy.type) {
    strategy.type = 'RollingUpdate'
    strategy.rollingUpdate ??= {}
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate !== undefined) {
    strategy.rollingUpdate.partition ??= 0
    if (gates.enabled('MaxUnavailableStatefulSet')) strategy.rollingUpdate.maxUnavailable ??= 1
  }
  if (gates.enabled('StatefulSetAutoDeletePVC')) {
    const policy = (spec.persistentVolumeClaimRetentionPolicy ??= {})
    policy.whenDeleted ||= 'Retain'
    policy.whenScaled ||= 'Retain'
  }
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.kind = 'PersistentVolumeClaim'
    claim.apiVersion = 'v1'
    const inner = (claim.spec ??= {} as NonNullable<typeof claim.spec>)
    inner.volumeMode ??= 'Filesystem'
    claim.status ??= {}
    claim.status.phase ??= 'Pending'
  }
}

/** Fields behind gates go, unless the stored object uses them. */
function dropDisabled(spec: StatefulSetSpec, old: Readonly<StatefulSetSpec> | undefined, { gates }: StrategyContext): void {
  if (!gates.enabled('MaxUnavailableStatefulSet') && old?.updateStrategy?.rollingUpdate?.maxUnavailable === undefined)
    delete spec.updateStrategy?.rollingUpdate?.maxUnavailable
  if (!gates.enabled('StatefulSetAutoDeletePVC') && old?.persistentVolumeClaimRetentionPolicy === undefined)
    delete spec.persistentVolumeClaimRetentionPolicy
  if (!gates.enabled('StatefulSetStartOrdinal') && old?.ordinals === undefined) delete spec.ordinals
  dropDisabledTemplateFields(spec.template, old?.template, gates)
}

function validateSpec(spec: StatefulSetSpec, old: Readonly<StatefulSetSpec> | undefined, context: StrategyContext): FieldError[] {
  const retention = spec.persistentVolumeClaimRetentionPolicy
  return [
    ...validatePolicies(spec),
    ...(['whenDeleted', 'whenScaled'] as const).flatMap((name) => {
      const value = retention?.[name]
      const path = SPEC.child('persistentVolumeClaimRetentionPolicy', name)
      return value === undefined || RETENTION.includes(value) ? [] : [notSupported(path, value, RETENTION)]
    }),
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...nonNegative(SPEC.child('ordinals', 'start'), spec.ordinals?.start),
    ...validateWorkload(spec, old?.template, SPEC, RULES, context),
  ]
}

function validatePolicies({ podManagementPolicy, updateStrategy = {} }: StatefulSetSpec): FieldError[] {
  const errors: FieldError[] = []
  const path = SPEC.child('podManagementPolicy')
  if (!podManagementPolicy) errors.push(required(path))
  else if (!['OrderedReady', 'Parallel'].includes(podManagementPolicy))
    errors.push(invalid(path, podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"))
  const place = SPEC.child('updateStrategy')
  const { type, rollingUpdate } = updateStrategy
  const printed = goStruct('apps.StatefulSetUpdateStrategy')(updateStrategy)
  if (type === 'OnDelete') {
    if (rollingUpdate !== undefined)
      errors.push(
        invalid(
          place.child('rollingUpdate'),
          rollingUpdate,
          "only allowed for updateStrategy 'RollingUpdate'",
          goStruct('apps.RollingUpdateStatefulSetStrategy')(rollingUpdate),
        ),
      )
  } else if (type === 'RollingUpdate') {
    const rolling = place.child('rollingUpdate')
    errors.push(...nonNegative(rolling.child('partition'), rollingUpdate?.partition))
    const most = rollingUpdate?.maxUnavailable
    if (most !== undefined) {
      const at = rolling.child('maxUnavailable')
      errors.push(...validatePositiveIntOrPercent(most, at))
      if (isZeroIntOrPercent(most)) errors.push(invalid(at, most, 'cannot be 0', printGoIntOrString(most)))
      errors.push(...validateAtMostAll(most, at))
    }
  } else errors.push(invalid(place, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'", printed))
  return errors
}

/** Everything but what may change stays; what was not kept is said in one refusal (API reference, StatefulSetSpec). */
function validateChange(spec: StatefulSetSpec, old: Readonly<StatefulSetSpec>): FieldError[] {
  const rest = (whole: Readonly<StatefulSetSpec>): object =>
    Object.fromEntries(
      Object.entries(whole).filter(([name]) => !(MUTABLE as readonly string[]).includes(name) && name !== 'revisionHistoryLimit'),
    )
  const historyChanged = spec.revisionHistoryLimit !== old.revisionHistoryLimit
  return sameFields(rest(spec), rest(old)) && !historyChanged ? [] : [forbidden(SPEC, IMMUTABLE)]
}

const status: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
  },
  validateUpdate: (draft) =>
    validateCounts(
      draft['status'] as Record<string, unknown> | undefined,
      ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount'],
      [
        ['readyReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['currentReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['updatedReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['availableReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['availableReplicas', 'readyReplicas', 'cannot be greater than status.readyReplicas'],
      ],
      FieldPath.of('status'),
    ),
}

/** StatefulSets (API reference, apps/v1 StatefulSet). */
export const statefulSetStrategy: Strategy = {
  default: defaultStatefulSet,
  prepareForCreate: (draft, context) => {
    draft['status'] = {}
    dropDisabled((draft as StatefulSet).spec, undefined, context)
  },
  prepareForUpdate: (draft, old, context) => {
    draft['status'] = cloneJson(old['status'])
    dropDisabled((draft as StatefulSet).spec, (old as StatefulSet).spec, context)
  },
  validate: (draft, context) => {
    const { metadata, spec } = draft as StatefulSet
    const name = metadata.name ?? ''
    const path = FieldPath.of('metadata').child('name')
    // Pods are called by the set's name, which must be a label then.
    const errors = dnsLabelErrors(name).map((message) => invalid(path, name, message))
    return [...errors, ...validateSpec(spec, undefined, context)]
  },
  validateUpdate: (draft, old, context) => [
    ...validateSpec((draft as StatefulSet).spec, (old as StatefulSet).spec, context),
    ...validateChange((draft as StatefulSet).spec, (old as StatefulSet).spec),
  ],
  warnings: (draft, old, context) => {
    const { spec, metadata } = draft as StatefulSet
    const texts = old === undefined ? podNameWarnings(metadata.name ?? '') : []
    if (old !== undefined && metadata.generation === old.metadata?.generation) return []
    if ((spec?.revisionHistoryLimit ?? 0) < 0)
      texts.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended')
    return [...texts, ...podTemplateWarnings(spec.template, (old as StatefulSet | undefined)?.spec?.template, 'spec.template', context)]
  },
  scale: workloadScale,
  subresources: { status },
  generation: 'spec',
  tableRow: (object, nowMs) => {
    const { metadata, spec, status: now } = object as Readonly<StatefulSet>
    return [
      metadata.name ?? '',
      `${now?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
      ageCell(metadata.creationTimestamp, nowMs),
      ...containerCells(spec?.template.spec),
    ]
  },
}
