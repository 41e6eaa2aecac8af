import type { Pod } from '@kubetape/api/types/core/v1'
import { badRequest, conflict, failure, forbiddenError, internalError, type KubeObject, notFound, type Status, tooManyRequests } from '@kubetape/apimachinery'
import type { ApiResult } from '../request/api-request.ts'
import { BodyText } from './body.ts'
import { deleteObject } from './delete.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import type { SubresourceHandler } from './registry.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'
import { store } from './update.ts'

/** Writes that are tried again when somebody else was faster. */
const TRIES_MAX = 20

/** Binds a Pod to a node (POST pods/NAME/binding): sets spec.nodeName once and the condition PodScheduled. */
const bindPod: SubresourceHandler = async (environment, resource, context) => {
  const binding = plainBody(context) as { target?: { kind?: string; name?: string }; metadata?: KubeObject['metadata'] } | null
  const { target } = binding ?? {}
  if (!target?.name) throw internalError('target.name: Required value')
  if (target.kind && target.kind !== 'Node') throw internalError(`target.kind: Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`)
  await changePod(environment, resource, context, (pod) => {
    if (pod.spec.nodeName) throw conflict({ group: '', resource: 'pods/binding' }, pod.metadata.name!, `pod ${pod.metadata.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`)
    if (pod.metadata.deletionTimestamp !== undefined) throw conflict({ group: '', resource: 'pods/binding' }, pod.metadata.name!, `pod ${pod.metadata.name} is being deleted, cannot be assigned to a host`)
    if ((pod.spec.schedulingGates?.length ?? 0) > 0) throw conflict({ group: '', resource: 'pods/binding' }, pod.metadata.name!, `pod ${pod.metadata.name} has non-empty .spec.schedulingGates`)
    pod.spec.nodeName = target.name!
    if (binding?.metadata?.annotations !== undefined) pod.metadata.annotations = { ...pod.metadata.annotations, ...binding.metadata.annotations }
    const conditions = (pod.status?.conditions ?? []).filter((one) => one.type !== 'PodScheduled')
    pod.status = { ...pod.status, conditions: [...conditions, { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: new Date(context.nowMs).toISOString().replace(/\.\d+/, '') } as never] }
  })
  return success(201)
}

/** Evicts a Pod (policy/v1 Eviction): deletes it unless a PodDisruptionBudget has nothing left to give. */
const evictPod: SubresourceHandler = async (environment, resource, context) => {
  const eviction = (plainBody(context) ?? {}) as { metadata?: { name?: string }; deleteOptions?: object; kind?: string }
  const name = context.request.name
  if (eviction.metadata?.name && eviction.metadata.name !== name) throw badRequest(`name in URL does not match name in Eviction object`)
  const stored = environment.storage.get(resource.stored, context.namespace, name)
  if (stored === undefined) throw notFound(resource.info, name)
  const pod = stored.object as Pod
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  if (!finished && pod.metadata.deletionTimestamp === undefined) {
    checkDisruptionBudgets(environment, context.namespace, pod)
    if (!context.dryRun) await changePod(environment, resource, context, (draft) => markDisrupted(draft, context.nowMs))
  }
  await deleteObject(environment, resource, context, name, eviction.deleteOptions ?? {})
  return success(201)
}

function checkDisruptionBudgets(environment: RegistryEnvironment, namespace: string, pod: Pod): void {
  const budgets = environment.storage.list({ group: 'policy', resource: 'poddisruptionbudgets' }, true, { namespace }).items
  const matching = budgets.map((one) => one.object as KubeObject & { spec?: { selector?: { matchLabels?: Record<string, string> } }; status?: { disruptionsAllowed?: number } })
    .filter((budget) => Object.entries(budget.spec?.selector?.matchLabels ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value))
  if (matching.length > 1) throw internalError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
  const [budget] = matching
  if (budget !== undefined && (budget.status?.disruptionsAllowed ?? 0) <= 0) {
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0)
  }
}

function markDisrupted(pod: Pod, nowMs: number): void {
  const conditions = (pod.status?.conditions ?? []).filter((one) => one.type !== 'DisruptionTarget')
  pod.status = {
    ...pod.status,
    conditions: [...conditions, { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastTransitionTime: new Date(nowMs).toISOString().replace(/\.\d+/, ''), lastProbeTime: null } as never],
  }
}

/** The body of a subresource that is no view of its parent, read without a schema. */
function plainBody({ request }: RequestContext): unknown {
  return request.body instanceof BodyText ? JSON.parse(request.body.text) : request.body
}

/** Changes the newest Pod in place, as often as others are faster. */
async function changePod(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext, change: (pod: Pod) => void): Promise<void> {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const stored = environment.storage.get(resource.stored, context.namespace, context.request.name)
    if (stored === undefined) throw notFound(resource.info, context.request.name)
    const draft = structuredClone(stored.object) as Pod
    change(draft)
    resource.schema.complete(draft as Draft)
    if (context.dryRun || (await store(environment, resource, context, 'update', draft as Draft, stored)) !== undefined) return
  }
  throw failure(409, 'Conflict', `Operation cannot be fulfilled on pods ${JSON.stringify(context.request.name)}: it changes too often`)
}

/** Logs, exec and port-forward are a kubelet's; a Pod without a node has no log yet (FACTS: 204). */
const podLog: SubresourceHandler = async (environment, resource, context) => {
  const stored = environment.storage.get(resource.stored, context.namespace, context.request.name)
  if (stored === undefined) throw notFound(resource.info, context.request.name)
  const pod = stored.object as Pod
  if (!pod.spec.nodeName) return { type: 'empty', code: 204 }
  throw badRequest(`Cannot read the log of pod ${JSON.stringify(context.request.name)}: node ${JSON.stringify(pod.spec.nodeName)} is simulated and keeps no logs`)
}

const streaming =
  (what: string): SubresourceHandler =>
  async (environment, resource, context) => {
    const stored = environment.storage.get(resource.stored, context.namespace, context.request.name)
    if (stored === undefined) throw notFound(resource.info, context.request.name)
    if (!(stored.object as Pod).spec.nodeName) throw badRequest(`pod ${context.request.name} does not have a host assigned`)
    throw forbiddenError({ group: '', resource: `pods/${what}` }, context.request.name, `no container runs here: simulated nodes cannot ${what}`)
  }

function success(code: number): ApiResult {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code }
  return { type: 'status', code, status }
}

/** Subresources with a behaviour of their own, by `group/resource/subresource`. */
export const subresourceHandlers: ReadonlyMap<string, SubresourceHandler> = new Map([
  ['/pods/binding', bindPod],
  ['/pods/eviction', evictPod],
  ['/pods/log', podLog],
  ['/pods/exec', streaming('exec')],
  ['/pods/attach', streaming('attach')],
  ['/pods/portforward', streaming('portforward')],
])
