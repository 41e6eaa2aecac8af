import type { ReplicationController, ReplicationControllerSpec } from '@kubetape/api/types/core/v1'
import { cloneJson, type FieldError, FieldPath, forbidden, invalid, notSupported, printGoStringMap, required } from '@kubetape/apimachinery'
import { replicaStatus } from '../../apps/replica-set-strategy.ts'
import { nonNegative } from '../../batch/field-rules.ts'
import { podNameWarnings } from '../../batch/job-warnings.ts'
import type { Draft, Strategy, StrategyContext } from '../../strategy.ts'
import { ageCell, containerCells } from '../../table-cells.ts'
import { defaultPodTemplate } from '../pod/pod-defaults.ts'
import { dropDisabledTemplateFields } from '../pod/pod-fields.ts'
import { validatePodTemplateSpec } from '../pod/pod-validation.ts'
import { podTemplateWarnings } from '../pod/pod-warnings.ts'
import { controllerScale } from '../../subresources/workload-scale.ts'

const SPEC = FieldPath.of('spec')

/** Selector and labels that are not given are the template's labels. */
function defaultReplicationController(draft: Draft, { gates }: StrategyContext): void {
  const rc = draft as ReplicationController
  const spec = (rc.spec ??= {})
  spec.replicas ??= 1
  const { template } = spec
  if (template === undefined) return
  defaultPodTemplate(template, gates)
  const labels = template.metadata?.labels ?? {}
  if (Object.keys(labels).length === 0) return
  if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels }
  if (Object.keys(rc.metadata.labels ?? {}).length === 0) rc.metadata.labels = { ...labels }
}

function validateSpec(
  spec: ReplicationControllerSpec,
  old: Readonly<ReplicationControllerSpec> | undefined,
  context: StrategyContext,
): FieldError[] {
  const { selector = {}, template } = spec
  const errors = nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds)
  if (Object.keys(selector).length === 0) errors.push(required(SPEC.child('selector')))
  errors.push(...nonNegative(SPEC.child('replicas'), spec.replicas))
  const path = SPEC.child('template')
  if (template === undefined) return [...errors, required(path)]
  const labels = template.metadata?.labels
  if (Object.entries(selector).some(([key, value]) => labels?.[key] !== value)) {
    const place = path.child('metadata', 'labels')
    errors.push(invalid(place, labels, '`selector` does not match template `labels`', printGoStringMap(labels)))
  }
  errors.push(...validatePodTemplateSpec(template, path, old?.template, context))
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {}
  if (restartPolicy !== 'Always') errors.push(notSupported(path.child('spec', 'restartPolicy'), restartPolicy ?? '', ['Always']))
  if (activeDeadlineSeconds !== undefined)
    errors.push(forbidden(path.child('spec', 'activeDeadlineSeconds'), 'activeDeadlineSeconds in ReplicationController is not Supported'))
  return errors
}

/** ReplicationControllers (API reference, v1 ReplicationController). */
export const replicationControllerStrategy: Strategy = {
  default: defaultReplicationController,
  prepareForCreate: (draft, { gates }) => {
    draft['status'] = {}
    dropDisabledTemplateFields((draft as ReplicationController).spec?.template, undefined, gates)
  },
  prepareForUpdate: (draft, old, { gates }) => {
    draft['status'] = cloneJson(old['status'])
    dropDisabledTemplateFields((draft as ReplicationController).spec?.template, (old as ReplicationController).spec?.template, gates)
  },
  validate: (draft, context) => validateSpec((draft as ReplicationController).spec ?? {}, undefined, context),
  // The whole ReplicationController is checked, and then once more as a change.
  validateUpdate: (draft, old, context) => {
    const errors = validateSpec((draft as ReplicationController).spec ?? {}, (old as ReplicationController).spec, context)
    return [...errors, ...errors]
  },
  warnings: (draft, old, context) => {
    const { spec, metadata } = draft as ReplicationController
    const names = old === undefined ? podNameWarnings(metadata.name ?? '') : []
    if (spec?.template === undefined || (old !== undefined && metadata.generation === old.metadata?.generation)) return names
    return [
      ...names,
      ...podTemplateWarnings(spec.template, (old as ReplicationController | undefined)?.spec?.template, 'spec.template', context),
    ]
  },
  scale: controllerScale,
  subresources: { status: replicaStatus },
  generation: 'spec',
  metadataOnUpdate: 'whole',
  defaultPropagation: () => 'orphan',
  selectableFields: (object) => ({ 'status.replicas': String((object as ReplicationController).status?.replicas ?? 0) }),
  tableRow: (object, nowMs) => {
    const { metadata, spec, status } = object as Readonly<ReplicationController>
    const selector = Object.entries(spec?.selector ?? {})
    return [
      metadata.name ?? '',
      spec?.replicas ?? 0,
      status?.replicas ?? 0,
      status?.readyReplicas ?? 0,
      ageCell(metadata.creationTimestamp, nowMs),
      ...containerCells(spec?.template?.spec),
      selector.length === 0 ? '<none>' : selector.map(([key, value]) => `${key}=${value}`).join(','),
    ]
  },
}
