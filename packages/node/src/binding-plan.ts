import type { Node, Pod, PodCondition } from '@kubetape/api/types/core/v1'
import { type Misfit, misfit, type NodeRoom } from './node-fit.ts'
import { claimKeysOf, podClaims } from './volumes/pod-claims.ts'
import type { ClaimChoice, VolumeNeeds } from './volumes/volume-needs.ts'
import { type Amounts, amountsOf, requestsOf, sum } from './pod-resources.ts'

/** What kube-scheduler assumes of a Pod that asks for nothing, so that such Pods spread too. */
const ASSUMED_CPU = 100
const ASSUMED_MEMORY = 200 * 1024 * 1024

export interface BindingObserved {
  /** Pods that wait for a node. */
  readonly pending: readonly Pod[]
  readonly nodes: readonly Node[]
  /** Pods that take room on a node. */
  readonly podsOn: (node: string) => readonly Pod[]
  /** Of Pods with claims; `taken` are volumes of Pods that had their turn, `used` their claims. Default: claims do not matter. */
  readonly volumeNeeds?: (pod: Pod, taken: ReadonlySet<string>, used: ReadonlySet<string>) => VolumeNeeds
  /** Claims (`namespace/name`) of Pods that have a node which their objects do not show yet. */
  readonly claimsInUse?: Iterable<string>
}

export interface BindingPlan {
  readonly bindings: readonly { readonly pod: Pod; readonly node: string }[]
  /** Pods that go to this node as soon as their claims are bound, and what must be asked for that to happen. */
  readonly reservations: readonly { readonly pod: Pod; readonly node: string; readonly choices: readonly ClaimChoice[] }[]
  /** Pods that fit nowhere, with the condition that says why. */
  readonly refusals: readonly { readonly pod: Pod; readonly condition: Omit<PodCondition, 'lastTransitionTime'> }[]
}

/** Whether a Pod waits for this binder: no node yet, not gated, not going, and asked of the default scheduler. */
export function isPending({ metadata, spec, status }: Pod): boolean {
  if (spec.nodeName || metadata.deletionTimestamp !== undefined || (spec.schedulingGates?.length ?? 0) > 0) return false
  return (spec.schedulerName ?? 'default-scheduler') === 'default-scheduler' && status?.phase !== 'Failed' && status?.phase !== 'Succeeded'
}

/** Whether a Pod takes room on its node: it has one and has not ended. */
export function takesRoom({ spec, status }: Pod): boolean {
  return Boolean(spec.nodeName) && status?.phase !== 'Failed' && status?.phase !== 'Succeeded'
}

/**
 * Gives every pending Pod the node where the least of CPU and memory is taken, of those that have room and do not refuse it; higher priority
 * first, then older, then by name. What fits nowhere is told so in kube-scheduler's words. Nothing is preempted and nothing spread on purpose.
 */
export function planBinding({ pending, nodes, podsOn, volumeNeeds, claimsInUse = [] }: BindingObserved): BindingPlan {
  const rooms = nodes.map((node): NodeRoom => roomOf(node, podsOn(node.metadata.name ?? '')))
  const bindings: { pod: Pod; node: string }[] = []
  const reservations: { pod: Pod; node: string; choices: readonly ClaimChoice[] }[] = []
  const refusals: { pod: Pod; condition: Omit<PodCondition, 'lastTransitionTime'> }[] = []
  const taken = new Set<string>()
  const used = new Set<string>(claimsInUse)
  const refuse = (pod: Pod, message: string): void =>
    void refusals.push({ pod, condition: { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message } })
  for (const pod of [...pending].sort(byTurn)) {
    const requests = requestsOf(pod)
    const needs = volumeNeeds === undefined || podClaims(pod).length === 0 ? undefined : volumeNeeds(pod, taken, used)
    if (needs?.type === 'refused' && rooms.length > 0) {
      refuse(pod, refusedEverywhere(needs.message, rooms.length))
      continue
    }
    const { best, misfits } = choose(pod, requests, rooms, needs)
    if (best === undefined) {
      refuse(pod, refusal(misfits))
      continue
    }
    best.used = sum(best.used, requests)
    best.pods++
    if (needs !== undefined) for (const key of claimKeysOf(pod)) used.add(key)
    const node = best.node.metadata.name ?? ''
    if (needs?.type !== 'waiting') {
      bindings.push({ pod, node })
      continue
    }
    const choices = needs.choices(best.node)
    for (const { volume } of choices) if (volume !== undefined) taken.add(volume.metadata.name ?? '')
    if (choices.length > 0) reservations.push({ pod, node, choices })
  }
  return { bindings, reservations, refusals }
}

function roomOf(node: Node, pods: readonly Pod[]): NodeRoom {
  return {
    node,
    allocatable: amountsOf(node.status?.allocatable),
    used: pods.reduce<Amounts>((used, pod) => sum(used, requestsOf(pod)), {}),
    pods: pods.length,
  }
}

function choose(
  pod: Pod,
  requests: Amounts,
  rooms: readonly NodeRoom[],
  needs: VolumeNeeds | undefined,
): { best: NodeRoom | undefined; misfits: Misfit[] } {
  let best: { room: NodeRoom; score: number } | undefined
  const misfits: Misfit[] = []
  for (const room of rooms) {
    const why = misfit(pod, requests, room) ?? (needs === undefined || needs.type === 'refused' ? undefined : needs.misfit(room.node))
    if (why !== undefined) {
      misfits.push(why)
      continue
    }
    const score = freeShare(requests, room)
    if (best === undefined || score > best.score || (score === best.score && room.pods < best.room.pods)) best = { room, score }
  }
  return { best: best?.room, misfits }
}

/** The share of CPU and memory that would stay free, 0 to 2. */
function freeShare(requests: Amounts, { allocatable, used, pods }: NodeRoom): number {
  const share = (resource: string, assumed: number): number => {
    const total = allocatable[resource] ?? 0
    if (total <= 0) return 0
    // Pods that ask for nothing are counted by what they are assumed to take, as far as their number tells.
    const taken = Math.max(used[resource] ?? 0, pods * assumed) + (requests[resource] || assumed)
    return Math.max(0, total - taken) / total
  }
  return share('cpu', ASSUMED_CPU) + share('memory', ASSUMED_MEMORY)
}

function byTurn(a: Pod, b: Pod): number {
  const priority = (b.spec.priority ?? 0) - (a.spec.priority ?? 0)
  if (priority !== 0) return priority
  return (
    order(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    order(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    order(a.metadata.name ?? '', b.metadata.name ?? '')
  )
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** `0/2 nodes are available: 1 Insufficient cpu, …. preemption: …` */
function refusal(misfits: readonly Misfit[]): string {
  if (misfits.length === 0) return 'no nodes available to schedule pods'
  const helpless = misfits.filter((one) => one.helpless).length
  const helpful = misfits.length - helpless
  const preemption = [
    ...(helpful > 0 ? [`${helpful} No preemption victims found for incoming pod`] : []),
    ...(helpless > 0 ? [`${helpless} Preemption is not helpful for scheduling`] : []),
  ]
  const prefix = `0/${misfits.length} nodes are available:`
  return `${prefix} ${counted(misfits.flatMap(({ reasons }) => reasons))}. preemption: ${prefix} ${preemption.join(', ')}.`
}

/** What keeps a Pod off every node alike. */
function refusedEverywhere(message: string, nodes: number): string {
  const prefix = `0/${nodes} nodes are available:`
  return `${prefix} ${message}. preemption: ${prefix} ${nodes} Preemption is not helpful for scheduling.`
}

function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ')
}
