import type { Node, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { cloneJson, deepEqual, type KubeObject, notFound, type OwnerReference } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { Storage } from '@kubetape/storage'
import { podReferences } from '../auth/node/object-references.ts'
import { nodeNameOf } from '../auth/node/node-identity.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts'
import { refusedByAdmission } from './admission-refusal.ts'
import { forbiddenNodeLabels } from './node-labels.ts'

const PODS = { group: '', resource: 'pods' } as const
const NODES = { group: '', resource: 'nodes' } as const
const MIRROR = 'kubernetes.io/config.mirror'
const LEASES = 'kube-node-lease'

/** Answers why something is refused, or undefined. */
type Rule = (node: string, attributes: AdmissionAttributes) => string | undefined

/**
 * Limits nodes to their own Node, Pods, lease, CSINode, slices and tokens (plugin NodeRestriction; not on by default): it sees what the Node authorizer
 * cannot, the objects themselves.
 */
export function nodeRestriction({ storage, gates }: { readonly storage: Storage; readonly gates: Gates }): AdmissionPlugin {
  const rules: Readonly<Record<string, Rule>> = {
    pods: podRule(storage),
    nodes: nodeRule,
    persistentvolumeclaims: claimRule(gates),
    serviceaccounts: tokenRule(storage),
    'leases.coordination.k8s.io': leaseRule,
    'csinodes.storage.k8s.io': ownName('CSINode'),
    'resourceslices.resource.k8s.io': sliceRule,
  }
  return {
    name: 'NodeRestriction',
    mutate(attributes) {
      const { context, resource, operation } = attributes
      if (operation === 'CONNECT') return
      const node = nodeNameOf(context.user)
      if (node === undefined) return
      const { group, resource: plural } = resource.info
      const why =
        node === ''
          ? `could not determine node from user ${JSON.stringify(context.user.name)}`
          : rules[group ? `${plural}.${group}` : plural]?.(node, attributes)
      if (why !== undefined) throw refusedByAdmission(attributes, why)
    },
  }
}

function podRule(storage: Storage): Rule {
  return (node, attributes) => {
    const { subresource, operation, old, draft, namespace, name } = attributes
    const quoted = JSON.stringify(node)
    const nodeOf = (pod: Readonly<KubeObject> | undefined): string | undefined => (pod as Pod | undefined)?.spec.nodeName
    if (subresource === 'status') {
      if (operation !== 'UPDATE') return `unexpected operation ${JSON.stringify(operation)}`
      if (nodeOf(old) !== node) return `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`
      if (!deepEqual(old!.metadata?.labels ?? {}, draft!.metadata?.labels ?? {}))
        return `node ${quoted} cannot update labels through pod status`
      const claims = (pod: Readonly<KubeObject>): unknown => (pod as Pod).status?.resourceClaimStatuses ?? []
      return deepEqual(claims(old!), claims(draft!)) ? undefined : `node ${quoted} cannot update resource claim statues`
    }
    if (subresource === 'eviction') {
      const stored = storage.get(PODS, namespace, name)
      if (stored === undefined) throw notFound(PODS, name)
      return nodeOf(stored.object) === node ? undefined : `node ${node} can only evict pods with spec.nodeName set to itself`
    }
    if (subresource !== '') return `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`
    if (operation === 'CREATE') return mirrorPodError(storage, node, draft as Pod)
    if (operation === 'DELETE')
      return nodeOf(old) === node ? undefined : `node ${quoted} can only delete pods with spec.nodeName set to itself`
    return `unexpected operation ${JSON.stringify(operation)}, node ${quoted} can only create and delete mirror pods`
  }
}

/** A node makes mirror Pods of its own and nothing else; they may not reach for other objects. */
function mirrorPodError(storage: Storage, node: string, pod: Pod): string | undefined {
  const quoted = JSON.stringify(node)
  const { metadata, spec } = pod
  if (metadata.annotations?.[MIRROR] === undefined)
    return `pod does not have ${JSON.stringify(MIRROR)} annotation, node ${quoted} can only create mirror pods`
  if (spec.nodeName !== node) return `node ${quoted} can only create pods with spec.nodeName set to itself`
  const wrongOwner = ownerError(storage, node, metadata.ownerReferences ?? [])
  if (wrongOwner !== undefined) return wrongOwner
  if (spec.serviceAccountName) return `node ${quoted} can not create pods that reference a service account`
  const kinds = new Set([...podReferences(pod)].map((reference) => reference.split('/')[0]))
  const trusts = (spec.volumes ?? []).some(({ projected }) => projected?.sources?.some((source) => source.clusterTrustBundle))
  if (trusts) kinds.add('clustertrustbundles')
  const what = ['secrets', 'configmaps', 'clustertrustbundles', 'persistentvolumeclaims'].find((kind) => kinds.has(kind))
  return what === undefined ? undefined : `node ${quoted} can not create pods that reference ${what}`
}

function ownerError(storage: Storage, node: string, owners: readonly OwnerReference[]): string | undefined {
  const quoted = JSON.stringify(node)
  if (owners.length > 1) return `node ${quoted} can only create pods with a single owner reference set to itself`
  const [owner] = owners
  if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    return `node ${quoted} can only create pods with an owner reference set to itself`
  if (!owner.controller) return `node ${quoted} can only create pods with a controller owner reference set to itself`
  if (owner.blockOwnerDeletion) return `node ${quoted} must not set blockOwnerDeletion on an owner reference`
  const stored = storage.get(NODES, '', node)
  if (stored === undefined) throw notFound(NODES, node)
  const uid = stored.object.metadata?.uid ?? ''
  return owner.uid === uid ? undefined : `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`
}

const nodeRule: Rule = (node, { operation, name, draft, old }) => {
  const quoted = JSON.stringify(node)
  const asked = name || (draft?.metadata?.name ?? '')
  if (asked !== node) return `node ${quoted} is not allowed to modify node ${JSON.stringify(asked)}`
  if (operation === 'CREATE') {
    const labels = forbiddenNodeLabels(draft!.metadata?.labels, undefined)
    if ((draft as Node).spec?.configSource) return `node ${quoted} is not allowed to create pods with a non-nil configSource`
    return labels.length === 0 ? undefined : `node ${quoted} is not allowed to set the following labels: ${labels.join(', ')}`
  }
  if (operation !== 'UPDATE') return undefined
  const [now, before] = [draft as Node, old as Node]
  if (now.spec?.configSource && !deepEqual(now.spec.configSource, before.spec?.configSource))
    return `node ${quoted} is not allowed to update configSource to a new non-nil configSource`
  if (!deepEqual(now.spec?.taints ?? [], before.spec?.taints ?? [])) return `node ${quoted} is not allowed to modify taints`
  const labels = forbiddenNodeLabels(now.metadata.labels, before.metadata.labels)
  return labels.length === 0 ? undefined : `is not allowed to modify labels: ${labels.join(', ')}`
}

function claimRule(gates: Gates): Rule {
  return (node, { subresource, operation, draft, old }) => {
    if (subresource !== 'status') return 'may only update PVC status'
    if (operation !== 'UPDATE') return `unexpected operation ${JSON.stringify(operation)}`
    const recovers = gates.enabled('RecoverVolumeExpansionFailure')
    if (deepEqual(fixedParts(draft!, recovers), fixedParts(old!, recovers))) return undefined
    return `node ${JSON.stringify(node)} is not allowed to update fields other than status.capacity and status.conditions`
  }
}

/** What of a claim a node may not change. */
function fixedParts(object: Readonly<KubeObject>, recovers: boolean): KubeObject {
  const claim = cloneJson(object) as PersistentVolumeClaim
  delete claim.metadata.resourceVersion
  delete claim.metadata.managedFields
  const status = (claim.status ??= {})
  delete status.capacity
  delete status.conditions
  if (recovers) {
    delete status.allocatedResourceStatuses
    delete status.allocatedResources
  }
  return claim
}

function tokenRule(storage: Storage): Rule {
  return (node, { operation, subresource, draft, namespace }) => {
    if (operation !== 'CREATE' || subresource !== 'token') return undefined
    const spec = draft?.['spec'] as { boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string } } | undefined
    const { kind, apiVersion, name, uid } = spec?.boundObjectRef ?? {}
    if (apiVersion !== 'v1' || kind !== 'Pod' || !name) return 'node requested token not bound to a pod'
    if (!uid) return 'node requested token with a pod binding without a uid'
    const pod = storage.get(PODS, namespace, name)?.object as Pod | undefined
    if (pod === undefined) throw notFound(PODS, name)
    if (uid !== pod.metadata.uid)
      return `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
    return pod.spec.nodeName === node ? undefined : 'node requested token bound to a pod scheduled on a different node'
  }
}

/** The object is called like the node. */
function ownName(what: string): Rule {
  return (node, { operation, draft, name }) =>
    (operation === 'CREATE' ? draft!.metadata?.name : name) === node
      ? undefined
      : `can only access ${what} with the same name as the requesting node`
}

const leaseRule: Rule = (node, attributes) =>
  attributes.namespace === LEASES
    ? ownName('node lease')(node, attributes)
    : `can only access leases in the ${JSON.stringify(LEASES)} system namespace`

const sliceRule: Rule = (node, { operation, draft, old }) => {
  if (operation === 'UPDATE') return undefined
  const slice = (operation === 'CREATE' ? draft : old) as { spec?: { nodeName?: string } } | undefined
  if (slice?.spec?.nodeName === node) return undefined
  return `can only ${operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`
}
