import type { Pod, PodCondition } from '@kubetape/api/types/core/v1'
import { badRequest, conflict, failure, formatTime, type KubeObject } from '@kubetape/apimachinery'
import { admissionAttributes } from '../admit.ts'
import { withMembers } from '../delete.ts'
import type { SubresourceHandler } from '../registry.ts'
import type { Draft } from '../strategy.ts'
import { checkUid } from '../uid-precondition.ts'
import { changePod, bodyOfKind } from './parent-pod.ts'
import { succeeded } from './success.ts'

const KIND = { group: '', version: 'v1', kind: 'Binding' } as const

interface Binding {
  readonly metadata?: KubeObject['metadata']
  readonly target?: { readonly kind?: string; readonly name?: string }
}

const BINDING = { group: '', resource: 'pods/binding' } as const

/** Binds a Pod to a node (API reference, Binding): sets spec.nodeName once, copies annotations, and sets the condition PodScheduled. */
export const bindPod: SubresourceHandler = async (environment, resource, context) => {
  const binding = bodyOfKind(context, KIND) as Binding
  // The old resource `bindings` says in the body alone which Pod is meant.
  const name = context.request.name || (binding.metadata?.name ?? '')
  // Admission sees what is done to the Pod, by whichever of the two resources it is done.
  const asked = withMembers(context, { subresource: 'binding' })
  const attributes = admissionAttributes(resource, asked, { operation: 'CREATE', name, draft: binding as Draft, kind: KIND })
  const waiting = environment.admission.mutate(attributes)
  if (waiting !== undefined) await waiting
  const { target, metadata } = binding
  // Upstream answers these two as plain errors, which become 500 without a reason (FACTS, "Access and Pods").
  if (target?.kind && target.kind !== 'Node')
    throw failure(500, undefined, `target.kind: Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`)
  if (!target?.name) throw failure(500, undefined, 'target.name: Required value')
  if (metadata?.name && metadata.name !== name) throw badRequest('name in URL does not match name in Binding object')
  const judged = environment.admission.validate(attributes)
  if (judged !== undefined) await judged
  await changePod(environment, resource, context, name, (pod) => {
    checkUid(resource, context, { metadata: { ...metadata, name } }, pod)
    bind(pod, target.name!, binding, context.nowMs)
  })
  return succeeded(201)
}

function bind(pod: Pod, node: string, { metadata }: Binding, nowMs: number): void {
  const name = pod.metadata.name!
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(BINDING, name, `pod ${name} is being deleted, cannot be assigned to a host`)
  if (pod.spec.nodeName) throw conflict(BINDING, name, `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`)
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) throw conflict(BINDING, name, `pod ${name} has non-empty .spec.schedulingGates`)
  pod.spec.nodeName = node
  if (metadata?.annotations !== undefined) pod.metadata.annotations = { ...pod.metadata.annotations, ...metadata.annotations }
  setPodCondition(pod, { type: 'PodScheduled', status: 'True' }, nowMs)
}

/** Sets one condition of a Pod; its transition time is now unless its status stays what it was. */
export function setPodCondition(pod: Pod, condition: Omit<PodCondition, 'lastProbeTime' | 'lastTransitionTime'>, nowMs: number): void {
  const conditions = pod.status?.conditions ?? []
  const at = conditions.findIndex((one) => one.type === condition.type)
  const before = conditions[at]
  const since = before?.status === condition.status ? before.lastTransitionTime : undefined
  const made = { ...condition, lastProbeTime: null, lastTransitionTime: since ?? formatTime(nowMs) } as unknown as PodCondition
  pod.status = { ...pod.status, conditions: at < 0 ? [...conditions, made] : conditions.with(at, made) }
}
