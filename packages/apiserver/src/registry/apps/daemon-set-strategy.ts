import type { DaemonSet, DaemonSetSpec } from '@kubetape/api/types/apps/v1'
import {
  cloneJson,
  deepEqual,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  printGoLabelSelector,
  required,
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

const SPEC = FieldPath.of('spec')
const REVISIONS_KEPT = 10
/** How apps/v1 shows the generation of the template, which was a field before. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'
const RULES: WorkloadRules = { named: 'daemonset', owner: 'DaemonSet', selectorRequired: false }

function defaultDaemonSet(draft: Draft, { gates }: StrategyContext): void {
  const spec = ((draft as { spec?: object }).spec ??= {}) as DaemonSetSpec
  spec.template ??= {}
  defaultPodTemplate(spec.template, gates)
  spec.revisionHistoryLimit ??= REVISIONS_KEPT
  const strategy = (spec.updateStrategy ??= {})
  strategy.type ||= 'RollingUpdate'
  if (strategy.type !== 'RollingUpdate') return
  const rolling = (strategy.rollingUpdate ??= {})
  rolling.maxUnavailable ??= 1
  rolling.maxSurge ??= 0
}

function validateSpec(spec: DaemonSetSpec, old: Readonly<DaemonSetSpec> | undefined, context: StrategyContext): FieldError[] {
  return [
    ...validateWorkload(spec, old?.template, SPEC, RULES, context),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...validateUpdateStrategy(spec),
    ...nonNegative(SPEC.child('revisionHistoryLimit'), spec.revisionHistoryLimit),
  ]
}

function validateUpdateStrategy({ updateStrategy = {} }: DaemonSetSpec): FieldError[] {
  const path = SPEC.child('updateStrategy')
  const { type, rollingUpdate } = updateStrategy
  if (type === 'OnDelete') return []
  if (type !== 'RollingUpdate')
    return [notSupported(path, updateStrategy, ['RollingUpdate', 'OnDelete'], goStruct('apps.DaemonSetUpdateStrategy')(updateStrategy))]
  const place = path.child('rollingUpdate')
  if (rollingUpdate === undefined) return [required(place)]
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
  const errors = [
    ...validatePositiveIntOrPercent(maxUnavailable, place.child('maxUnavailable')),
    ...validateAtMostAll(maxUnavailable, place.child('maxUnavailable')),
    ...validatePositiveIntOrPercent(maxSurge, place.child('maxSurge')),
    ...validateAtMostAll(maxSurge, place.child('maxSurge')),
  ]
  const [unavailable, surge] = [!isZeroIntOrPercent(maxUnavailable), !isZeroIntOrPercent(maxSurge)]
  if (unavailable && surge)
    errors.push(invalid(place.child('maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero', printGoIntOrString(maxSurge)))
  if (!unavailable && !surge) errors.push(required(place.child('maxUnavailable'), 'cannot be 0 when maxSurge is 0'))
  return errors
}

/** A new DaemonSet's template is the first, unless it says which it is; each change of it is one more. */
function countTemplate(draft: DaemonSet, old: Readonly<DaemonSet> | undefined): void {
  const annotations = { ...draft.metadata.annotations }
  const given = Number(annotations[TEMPLATE_GENERATION] ?? 0)
  const before = Number(old?.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0)
  const changed = old !== undefined && !deepEqual(draft.spec?.template, old.spec?.template)
  annotations[TEMPLATE_GENERATION] = String(old === undefined ? Math.max(1, given || 0) : before + (changed ? 1 : 0))
  draft.metadata.annotations = annotations
}

const status: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
  },
  validateUpdate: (draft) =>
    validateCounts(
      draft['status'] as Record<string, unknown> | undefined,
      [
        'currentNumberScheduled',
        'numberMisscheduled',
        'desiredNumberScheduled',
        'numberReady',
        'observedGeneration',
        'updatedNumberScheduled',
        'numberAvailable',
        'numberUnavailable',
        'collisionCount',
      ],
      [],
      FieldPath.of('status'),
    ),
}

/** DaemonSets (API reference, apps/v1 DaemonSet). */
export const daemonSetStrategy: Strategy = {
  default: defaultDaemonSet,
  prepareForCreate: (draft, { gates }) => {
    draft['status'] = {}
    countTemplate(draft as DaemonSet, undefined)
    dropDisabledTemplateFields((draft as DaemonSet).spec?.template, undefined, gates)
  },
  prepareForUpdate: (draft, old, { gates }) => {
    draft['status'] = cloneJson(old['status'])
    dropDisabledTemplateFields((draft as DaemonSet).spec?.template, (old as DaemonSet).spec?.template, gates)
    countTemplate(draft as DaemonSet, old as DaemonSet)
  },
  validate: (draft, context) => validateSpec((draft as DaemonSet).spec, undefined, context),
  validateUpdate: (draft, old, context) => {
    const [spec, before] = [(draft as DaemonSet).spec, (old as DaemonSet).spec]
    // The whole DaemonSet is checked, and then once more as a change.
    const errors = validateSpec(spec, before, context)
    return [...errors, ...errors, ...immutable(SPEC.child('selector'), spec.selector, before.selector, printGoLabelSelector)]
  },
  warnings: (draft, old, context) => {
    const { spec, metadata } = draft as DaemonSet
    if (old === undefined)
      return [...podNameWarnings(metadata.name ?? ''), ...podTemplateWarnings(spec.template, undefined, 'spec.template', context)]
    if (metadata.generation === old.metadata?.generation) return []
    return podTemplateWarnings(spec.template, (old as DaemonSet).spec?.template, 'spec.template', context)
  },
  subresources: { status },
  generation: 'spec',
  metadataOnUpdate: 'whole',
  tableRow: (object, nowMs) => {
    const { metadata, spec, status: now } = object as Readonly<DaemonSet>
    const nodes = Object.entries(spec?.template.spec?.nodeSelector ?? {})
    return [
      metadata.name ?? '',
      now?.desiredNumberScheduled ?? 0,
      now?.currentNumberScheduled ?? 0,
      now?.numberReady ?? 0,
      now?.updatedNumberScheduled ?? 0,
      now?.numberAvailable ?? 0,
      nodes.length === 0 ? '<none>' : nodes.map(([key, value]) => `${key}=${value}`).join(','),
      ageCell(metadata.creationTimestamp, nowMs),
      ...containerCells(spec?.template.spec),
      selectorCell(spec?.selector),
    ]
  },
}
