import type { Deployment, DeploymentSpec } from '@kubetape/api/types/apps/v1'
import {
  cloneJson,
  deepEqual,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  notSupported,
  printGoLabelSelector,
} from '@kubetape/apimachinery'
import { goStruct, immutable, nonNegative } from '../batch/field-rules.ts'
import { podNameWarnings } from '../batch/job-warnings.ts'
import { defaultPodTemplate } from '../core/pod/pod-defaults.ts'
import { dropDisabledTemplateFields } from '../core/pod/pod-fields.ts'
import { podTemplateWarnings } from '../core/pod/pod-warnings.ts'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../strategy.ts'
import { ageCell, containerCells, selectorCell } from '../table-cells.ts'
import { isZeroIntOrPercent, printGoIntOrString, validateAtMostAll, validatePositiveIntOrPercent } from './int-or-percent.ts'
import { validateCounts, validateWorkload, type WorkloadRules } from './workload-validation.ts'
import { workloadScale } from '../subresources/workload-scale.ts'

const SPEC = FieldPath.of('spec')
const STATUS = FieldPath.of('status')
/** Seconds after which a Deployment without progress has failed, kept revisions, and shares that may be missing or beyond (API reference, DeploymentSpec). */
const PROGRESS_DEADLINE_SECONDS = 600
const REVISIONS_KEPT = 10
const SHARE = '25%'
/** Upstream checks a Deployment's template as the ReplicaSet's that it becomes. */
const RULES: WorkloadRules = { named: 'deployment', owner: 'ReplicaSet', selectorRequired: true, badSelector: 'invalid label selector' }

function defaultDeployment(draft: Draft, { gates }: StrategyContext): void {
  const spec = ((draft as { spec?: object }).spec ??= {}) as DeploymentSpec
  spec.template ??= {}
  defaultPodTemplate(spec.template, gates)
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= REVISIONS_KEPT
  spec.progressDeadlineSeconds ??= PROGRESS_DEADLINE_SECONDS
  const strategy = (spec.strategy ??= {})
  strategy.type ||= 'RollingUpdate'
  if (strategy.type !== 'RollingUpdate') return
  const rolling = (strategy.rollingUpdate ??= {})
  rolling.maxUnavailable ??= SHARE
  rolling.maxSurge ??= SHARE
}

function validateSpec(spec: DeploymentSpec, old: Readonly<DeploymentSpec> | undefined, context: StrategyContext): FieldError[] {
  const errors = [
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...validateWorkload(spec, old?.template, SPEC, RULES, context),
    ...validateStrategy(spec),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...nonNegative(SPEC.child('revisionHistoryLimit'), spec.revisionHistoryLimit),
  ]
  const { progressDeadlineSeconds: deadline } = spec
  if (deadline === undefined) return errors
  errors.push(...nonNegative(SPEC.child('progressDeadlineSeconds'), deadline))
  if (deadline <= (spec.minReadySeconds ?? 0))
    errors.push(invalid(SPEC.child('progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds'))
  return errors
}

function validateStrategy({ strategy = {} }: DeploymentSpec): FieldError[] {
  const path = SPEC.child('strategy')
  const { type, rollingUpdate } = strategy
  if (type === 'Recreate') {
    return rollingUpdate === undefined
      ? []
      : [forbidden(path.child('rollingUpdate'), "may not be specified when strategy `type` is 'Recreate'")]
  }
  if (type !== 'RollingUpdate') {
    return [notSupported(path, strategy, ['Recreate', 'RollingUpdate'], goStruct('apps.DeploymentStrategy')(strategy))]
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {}
  const place = path.child('rollingUpdate')
  const errors = [
    ...validatePositiveIntOrPercent(maxUnavailable, place.child('maxUnavailable')),
    ...validatePositiveIntOrPercent(maxSurge, place.child('maxSurge')),
  ]
  if (isZeroIntOrPercent(maxUnavailable) && isZeroIntOrPercent(maxSurge))
    errors.push(
      invalid(place.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0', printGoIntOrString(maxUnavailable)),
    )
  return [...errors, ...validateAtMostAll(maxUnavailable, place.child('maxUnavailable'))]
}

const status: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
    if (draft.metadata !== undefined && old.metadata?.labels !== undefined) draft.metadata.labels = { ...old.metadata.labels }
    else delete draft.metadata?.labels
  },
  validateUpdate: (draft, old) => {
    const counts = (draft as Deployment).status as Record<string, unknown> | undefined
    const errors = validateCounts(
      counts,
      ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'collisionCount'],
      [
        ['updatedReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['readyReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['availableReplicas', 'replicas', 'cannot be greater than status.replicas'],
        ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
      ],
      STATUS,
    )
    const [now, before] = [(draft as Deployment).status?.collisionCount, (old as Deployment).status?.collisionCount]
    if (before !== undefined && (now === undefined || now < before))
      errors.push(invalid(STATUS.child('collisionCount'), now ?? 0, 'cannot be decremented'))
    return errors
  },
}

/** Deployments (API reference, apps/v1 Deployment). */
export const deploymentStrategy: Strategy = {
  default: defaultDeployment,
  prepareForCreate: (draft, { gates }) => {
    draft['status'] = {}
    dropDisabledTemplateFields((draft as Deployment).spec?.template, undefined, gates)
  },
  prepareForUpdate: (draft, old, { gates }) => {
    draft['status'] = cloneJson(old['status'])
    dropDisabledTemplateFields((draft as Deployment).spec?.template, (old as Deployment).spec?.template, gates)
  },
  validate: (draft, context) => validateSpec((draft as Deployment).spec, undefined, context),
  validateUpdate: (draft, old, context) => {
    const [spec, before] = [(draft as Deployment).spec, (old as Deployment).spec]
    return [
      ...validateSpec(spec, before, context),
      ...immutable(SPEC.child('selector'), spec.selector, before.selector, printGoLabelSelector),
    ]
  },
  warnings: (draft, old, context) => {
    const { spec, metadata } = draft as Deployment
    if (old === undefined)
      return [...podNameWarnings(metadata?.name ?? ''), ...podTemplateWarnings(spec.template, undefined, 'spec.template', context)]
    if (metadata?.generation === old.metadata?.generation) return []
    return podTemplateWarnings(spec.template, (old as Deployment).spec?.template, 'spec.template', context)
  },
  scale: workloadScale,
  subresources: { status },
  generation: 'spec',
  // Annotations reach the ReplicaSet, so the controller must see that they changed.
  changesGeneration: (draft, old) => !deepEqual(draft.metadata?.annotations ?? {}, old.metadata?.annotations ?? {}),
  tableRow: (object: Readonly<KubeObject>, nowMs) => {
    const { metadata, spec, status: now } = object as Readonly<Deployment>
    return [
      metadata?.name ?? '',
      `${now?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
      now?.updatedReplicas ?? 0,
      now?.availableReplicas ?? 0,
      ageCell(metadata?.creationTimestamp, nowMs),
      ...containerCells(spec?.template.spec),
      selectorCell(spec?.selector),
    ]
  },
}
