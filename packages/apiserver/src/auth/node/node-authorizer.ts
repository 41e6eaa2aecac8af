import type { PolicyRule } from '@kubetape/api/types/rbac/v1'
import type { Gates } from '@kubetape/client-go-features'
import type { Storage } from '@kubetape/storage'
import type { UserInfo } from '../../registry/strategy.ts'
import {
  type AccessAttributes,
  type Authorizer,
  type Decision,
  NO_OPINION,
  NO_RIGHTS,
  type ResourceAttributes,
  type RightsList,
} from '../authorizer.ts'
import { NODE_RULES } from '../rbac/bootstrap/cluster-role-data.ts'
import { expandRules } from '../rbac/bootstrap/role-data.ts'
import { ruleAllows } from '../rbac/policy-rule.ts'
import { NodeGraph, type NodeObject } from './node-graph.ts'
import { nodeNameOf } from './node-identity.ts'

const LEASES = 'kube-node-lease'
const SELECTORS_GATE = 'AuthorizeNodeWithSelectors'
const ALLOW: Decision = { verdict: 'allow', reason: '' }
/** What a node may do to its own lease and CSINode. */
const OWN_VERBS = new Set(['get', 'create', 'update', 'patch', 'delete'])

const refuse = (reason: string): Decision => ({ verdict: 'no-opinion', reason })

/**
 * Decides what nodes may do (Kubernetes documentation, "Using Node Authorization"): read what their Pods need, keep their own Node, lease and CSINode, and
 * otherwise what the role system:node says. The gate AuthorizeNodeWithSelectors limits reading to their own Node and Pods (KEP-4601).
 */
export class NodeAuthorizer implements Authorizer {
  readonly #graph: NodeGraph
  readonly #gates: Gates
  readonly #rules: readonly PolicyRule[]

  constructor({ storage, gates }: { readonly storage: Storage; readonly gates: Gates }) {
    this.#graph = new NodeGraph(storage)
    this.#gates = gates
    this.#rules = expandRules(NODE_RULES, gates)
  }

  authorize(attributes: AccessAttributes): Decision {
    const { user } = attributes
    const node = nodeNameOf(user)
    if (node === undefined) return NO_OPINION
    if (node === '') return refuse(`unknown node for user ${JSON.stringify(user.name)}`)
    const decision = attributes.isResource ? this.#resource(node, attributes) : undefined
    if (decision !== undefined) return decision
    return this.#rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOW : NO_OPINION
  }

  rightsOf(user: UserInfo): RightsList {
    if (nodeNameOf(user) === undefined) return NO_RIGHTS
    return { ...NO_RIGHTS, incomplete: true, error: 'node authorizer does not support user rule resolution' }
  }

  /** Undefined: the role of nodes decides. */
  #resource(node: string, asked: ResourceAttributes): Decision | undefined {
    switch (asked.group ? `${asked.resource}.${asked.group}` : asked.resource) {
      case 'secrets':
      case 'configmaps':
        return this.#read(node, asked.resource as NodeObject, asked)
      case 'persistentvolumeclaims':
        return asked.subresource === 'status' ? this.#updateStatus(node, asked) : this.#get(node, 'persistentvolumeclaims', asked)
      case 'persistentvolumes':
        return this.#get(node, 'persistentvolumes', asked)
      case 'resourceclaims.resource.k8s.io':
        return this.#get(node, 'resourceclaims', asked)
      case 'volumeattachments.storage.k8s.io':
        return this.#get(node, 'volumeattachments', asked)
      case 'serviceaccounts':
        return this.#createToken(node, asked)
      case 'leases.coordination.k8s.io':
        return lease(node, asked)
      case 'csinodes.storage.k8s.io':
        return csiNode(node, asked)
      case 'resourceslices.resource.k8s.io':
        return this.#resourceSlice(node, asked)
      case 'nodes':
        return this.#gates.enabled(SELECTORS_GATE) ? ownNode(node, asked) : undefined
      case 'pods':
        return this.#gates.enabled(SELECTORS_GATE) ? this.#pod(node, asked) : undefined
      default:
        return undefined
    }
  }

  #related(node: string, kind: NodeObject, { namespace, name }: ResourceAttributes): Decision {
    if (name === '') return refuse('No Object name found')
    return this.#graph.reaches(node, kind, namespace, name) ? ALLOW : unrelated(node)
  }

  #read(node: string, kind: NodeObject, asked: ResourceAttributes): Decision {
    if (!['get', 'list', 'watch'].includes(asked.verb)) return refuse('can only read resources of this type')
    if (asked.subresource !== '') return refuse('cannot read subresource')
    if (asked.namespace === '') return refuse('can only read namespaced object of this type')
    return this.#related(node, kind, asked)
  }

  #get(node: string, kind: NodeObject, asked: ResourceAttributes): Decision {
    if (asked.verb !== 'get') return refuse('can only get individual resources of this type')
    if (asked.subresource !== '') return refuse('cannot get subresource')
    return this.#related(node, kind, asked)
  }

  #updateStatus(node: string, asked: ResourceAttributes): Decision {
    if (asked.verb !== 'update' && asked.verb !== 'patch') return refuse('can only get/update/patch this type')
    return this.#related(node, 'persistentvolumeclaims', asked)
  }

  #createToken(node: string, { verb, name, subresource, namespace }: ResourceAttributes): Decision {
    if (verb !== 'create' || name === '') return refuse('can only create tokens for individual service accounts')
    if (subresource !== 'token') return refuse('can only create token subresource of serviceaccount')
    return this.#graph.reaches(node, 'serviceaccounts', namespace, name) ? ALLOW : unrelated(node)
  }

  #resourceSlice(node: string, asked: ResourceAttributes): Decision {
    if (asked.subresource !== '') return refuse('cannot authorize ResourceSlice subresources')
    switch (asked.verb) {
      // Whose slice it is to be, admission sees.
      case 'create':
        return ALLOW
      case 'get':
      case 'update':
      case 'patch':
      case 'delete':
        return this.#related(node, 'resourceslices', asked)
      case 'watch':
      case 'list':
      case 'deletecollection':
        if (!this.#gates.enabled(SELECTORS_GATE) || selects(asked, 'spec.nodeName', node)) return ALLOW
        return refuse('can only list/watch/deletecollection resourceslices with nodeName field selector')
      default:
        return refuse(
          'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
        )
    }
  }

  #pod(node: string, asked: ResourceAttributes): Decision {
    const { verb, subresource, name } = asked
    if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOW : NO_OPINION
    if (subresource === 'eviction') return verb === 'create' ? ALLOW : NO_OPINION
    if (subresource !== '') return NO_OPINION
    switch (verb) {
      case 'get':
        return this.#get(node, 'pods', asked)
      case 'list':
      case 'watch':
        if (selects(asked, 'spec.nodeName', node)) return ALLOW
        if (name !== '') return this.#related(node, 'pods', asked)
        return refuse('can only list/watch pods with spec.nodeName field selector')
      // Mirror Pods; admission sees that they are nothing else.
      case 'create':
      case 'delete':
        return ALLOW
      default:
        return NO_OPINION
    }
  }
}

const unrelated = (node: string): Decision => refuse(`no relationship found between node '${node}' and this object`)

/** Whether a field selector lets only this value through. */
function selects({ fieldSelector = [] }: ResourceAttributes, field: string, value: string): boolean {
  return fieldSelector.some(({ key, operator, values }) => key === field && operator === 'In' && values.length === 1 && values[0] === value)
}

/** Names are not known when something is created; admission sees them. */
function lease(node: string, { verb, namespace, name }: ResourceAttributes): Decision {
  if (!OWN_VERBS.has(verb)) return refuse('can only get, create, update, patch, or delete a node lease')
  if (namespace !== LEASES) return refuse(`can only access leases in the ${JSON.stringify(LEASES)} system namespace`)
  if (verb !== 'create' && name !== node) return refuse('can only access node lease with the same name as the requesting node')
  return ALLOW
}

function csiNode(node: string, { verb, subresource, name }: ResourceAttributes): Decision {
  if (!OWN_VERBS.has(verb)) return refuse('can only get, create, update, patch, or delete a CSINode')
  if (subresource !== '') return refuse('cannot authorize CSINode subresources')
  if (verb !== 'create' && name !== node) return refuse('can only access CSINode with the same name as the requesting node')
  return ALLOW
}

/** A node may read its Node before that is made, so the name decides. */
function ownNode(node: string, { verb, subresource, name }: ResourceAttributes): Decision {
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOW : NO_OPINION
  if (subresource !== '') return NO_OPINION
  switch (verb) {
    case 'create':
    case 'update':
    case 'patch':
      return ALLOW
    case 'get':
    case 'list':
    case 'watch':
      if (name === node) return ALLOW
      return refuse(`node '${node}' cannot read ${name === '' ? 'all nodes' : `'${name}'`}, only its own Node object`)
    default:
      return NO_OPINION
  }
}
