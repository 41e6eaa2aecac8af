import type { Pod } from '@kubetape/api/types/core/v1'
import { cloneJson, dnsLabelErrors, formatTime, type KubeObject } from '@kubetape/apimachinery'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../../strategy.ts'
import { mergeLabelKeys } from './affinity-label-keys.ts'
import { syncAppArmor } from './app-armor.ts'
import { defaultPod } from './pod-defaults.ts'
import { dropDisabledPodFields } from './pod-fields.ts'
import { validatePodStatusUpdate } from './pod-status-validation.ts'
import { podRow, podRowConditions } from './pod-table.ts'
import { validateEphemeralContainersUpdate, validatePodUpdate } from './pod-update-validation.ts'
import { validatePodCreate } from './pod-validation.ts'
import { podWarnings } from './pod-warnings.ts'
import { qosClassOf } from './qos-class.ts'
import { sameSpec } from './spec-equality.ts'
import { podValidationOptions } from './validation-options.ts'

type Stored = Readonly<KubeObject>

const defaults = (draft: Draft, context: StrategyContext): void => defaultPod(draft as Pod, context.gates)

function prepareForCreate(draft: Draft, context: StrategyContext): void {
  const pod = draft as Pod
  pod.status = { phase: 'Pending', qosClass: qosClassOf(pod) }
  dropDisabledPodFields(pod, undefined, context.gates)
  if (pod.spec.schedulingGates?.length) holdBack(pod, context.nowMs)
  if (context.gates.enabled('MatchLabelKeysInPodAffinity')) mergeLabelKeys(pod)
  if (context.gates.enabled('AppArmorFields')) syncAppArmor(pod, (text) => context.warn(text))
}

/** KEP-3521: a gated Pod says from the start why it is not scheduled. */
function holdBack(pod: Pod, nowMs: number): void {
  pod.status!.conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      lastTransitionTime: formatTime(nowMs),
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ]
}

function prepareForUpdate(draft: Draft, stored: Stored, context: StrategyContext): void {
  const pod = draft as Pod
  const old = stored as Readonly<Pod>
  if (old.status === undefined) delete pod.status
  else pod.status = cloneJson(old.status)
  if (context.gates.enabled('InPlacePodVerticalScaling') && wantsResize(pod, old)) (pod.status ??= {}).resize = 'Proposed'
  dropDisabledPodFields(pod, old, context.gates)
}

/** KEP-1287: some container of the same name asks for other resources. */
function wantsResize({ spec }: Readonly<Pod>, { spec: old }: Readonly<Pod>): boolean {
  if (spec.containers.length !== old.containers.length) return false
  for (const [at, container] of spec.containers.entries()) {
    const before = old.containers[at]!
    if (container.name !== before.name) return false
    if (!sameSpec(container.resources, before.resources)) return true
  }
  return false
}

const validateUpdate: NonNullable<Strategy['validateUpdate']> = (draft, stored, context) => {
  const old = stored as Readonly<Pod>
  return validatePodUpdate(draft as Pod, old, podValidationOptions(old, context.gates, true), context.gates)
}

/** The name is the host name too, so it had better be a label. People seldom update Pods by hand, so updates are not warned about. */
function warnings(draft: Stored, stored: Stored | undefined): string[] {
  if (stored !== undefined) return []
  const pod = draft as Readonly<Pod>
  const wrong = dnsLabelErrors(pod.metadata.name ?? '')
  const ofName = `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${wrong.join(' ')}]`
  return [...(wrong.length > 0 ? [ofName] : []), ...podWarnings(pod)]
}

/** Status writes leave spec, deletion and owners as they are; old kubelets corrupt owner references. */
const status: UpdateStrategy = {
  default: defaults,
  prepareForUpdate: (draft, stored) => {
    const pod = draft as Pod
    const old = stored as Readonly<Pod>
    pod.spec = cloneJson(old.spec)
    for (const field of ['deletionTimestamp', 'ownerReferences'] as const) {
      if (old.metadata[field] === undefined) delete pod.metadata[field]
      else Object.assign(pod.metadata, { [field]: cloneJson(old.metadata[field]) })
    }
  },
  validateUpdate: (draft, stored, context) => {
    const old = stored as Readonly<Pod>
    return validatePodStatusUpdate(draft as Pod, old, podValidationOptions(old, context.gates, true))
  },
}

/** This subresource changes nothing but the ephemeral containers. */
const ephemeralcontainers: UpdateStrategy = {
  default: defaults,
  prepareForUpdate: (draft, stored, context) => {
    const { metadata, spec } = draft as Pod
    const { name, namespace, resourceVersion, uid, managedFields } = metadata
    const old = cloneJson(stored) as Pod
    const given = Object.entries({ name, namespace, resourceVersion, uid, managedFields }).filter(([, value]) => value !== undefined)
    Object.assign(old.metadata, Object.fromEntries(given))
    if (spec.ephemeralContainers === undefined) delete old.spec.ephemeralContainers
    else old.spec.ephemeralContainers = spec.ephemeralContainers
    for (const field of Object.keys(draft)) delete draft[field]
    Object.assign(draft, old)
    dropDisabledPodFields(draft as Pod, stored as Readonly<Pod>, context.gates)
  },
  validateUpdate: (draft, stored, context) => {
    const old = stored as Readonly<Pod>
    return validateEphemeralContainersUpdate(draft as Pod, old, podValidationOptions(old, context.gates, true))
  },
}

/** A Pod without a node or one that has ended goes at once; others get what was asked for, or else what their spec says. Negative means one second. */
function gracePeriod(object: Stored, requestedSeconds: number | undefined): number {
  const { spec, status: state } = object as Readonly<Pod>
  if (!spec.nodeName || state?.phase === 'Failed' || state?.phase === 'Succeeded') return 0
  const seconds = requestedSeconds ?? spec.terminationGracePeriodSeconds ?? 0
  return seconds < 0 ? 1 : seconds
}

function selectableFields(object: Stored): Record<string, string> {
  const { spec, status: state } = object as Readonly<Pod>
  return {
    'spec.nodeName': spec.nodeName ?? '',
    // The name of the field before v1.
    'spec.host': spec.nodeName ?? '',
    'spec.restartPolicy': spec.restartPolicy ?? '',
    'spec.schedulerName': spec.schedulerName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? '',
    'spec.hostNetwork': String(spec.hostNetwork ?? false),
    'status.phase': state?.phase ?? '',
    'status.podIP': state?.podIPs?.[0]?.ip ?? '',
    // Upstream accepts this one and never fills it.
    'status.podIPs': '',
    'status.nominatedNodeName': state?.nominatedNodeName ?? '',
  }
}

/** Pods (API reference, v1 Pod). `binding` and `eviction` are handlers of their own. */
export const podStrategy: Strategy = {
  metadataOnUpdate: 'own',
  default: defaults,
  prepareForCreate,
  prepareForUpdate,
  validate: (draft, context) => validatePodCreate(draft as Pod, podValidationOptions(undefined, context.gates, true)),
  validateUpdate,
  warnings,
  subresources: { status, ephemeralcontainers },
  // v1.31 does not count the generations of Pods.
  generation: 'none',
  returnsDeleted: true,
  gracePeriod,
  selectableFields,
  tableRow: podRow,
  tableRowConditions: podRowConditions,
}
