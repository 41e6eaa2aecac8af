import type { ResourceAttributes } from '../authorizer.ts'
import type { NodeGraph, NodeObject } from './node-graph.ts'

/** A node's question, and what its answer may lean on. */
export interface NodeQuestion {
  readonly node: string
  readonly asked: ResourceAttributes
  readonly graph: NodeGraph
}

/** Answers why the node may not; undefined: nothing speaks against it. An empty text says no more than no. */
export type Check = (question: NodeQuestion) => string | undefined

type Checks = Readonly<Record<string, Check>>

type Test = (question: NodeQuestion) => boolean

const NAMELESS = ''

/** Refuses with these words where the test fails. */
const must =
  (test: Test, words: string | ((question: NodeQuestion) => string) = NAMELESS): Check =>
  (question) =>
    test(question) ? undefined : typeof words === 'string' ? words : words(question)

/** The first objection of several checks. */
const all =
  (...checks: readonly Check[]): Check =>
  (question) => {
    for (const check of checks) {
      const objection = check(question)
      if (objection !== undefined) return objection
    }
    return undefined
  }

/** Verbs and resources of a question may be any words, those of every object's prototype too. */
const caseOf = (cases: Checks, word: string): Check | undefined => (Object.hasOwn(cases, word) ? cases[word] : undefined)

/** What applies by the verb; the last line is for all others. */
const byVerb =
  (cases: Checks, others: Check): Check =>
  (question) =>
    (caseOf(cases, question.asked.verb) ?? others)(question)

/** What applies by the subresource; others than these are refused without words. */
const bySubresource =
  (cases: Checks): Check =>
  (question) =>
    (caseOf(cases, question.asked.subresource) ?? no)(question)

const yes: Check = () => undefined
const no: Check = () => NAMELESS
const only = (verbs: readonly string[], words?: string): Check => must(({ asked }) => verbs.includes(asked.verb), words)
const whole = (words: string): Check => must(({ asked }) => asked.subresource === '', words)
const named = must(({ asked }) => asked.name !== '', 'No Object name found')

/** The object is one that the node's Pods need, or that names the node. */
const related = (kind: NodeObject): Check =>
  must(
    ({ graph, node, asked }) => graph.reaches(node, kind, asked.namespace, asked.name),
    ({ node }) => `no relationship found between node '${node}' and this object`,
  )

/** Names are not known when something is created; admission sees them. */
const ownName = (what: string): Check =>
  must(
    ({ asked, node }) => asked.verb === 'create' || asked.name === node,
    `can only access ${what} with the same name as the requesting node`,
  )

/** Whether a field selector lets only the node's own objects through. */
const selectsNode: Test = ({ asked: { fieldSelector = [] }, node }) =>
  fieldSelector.some(
    ({ key, operator, values }) => key === 'spec.nodeName' && operator === 'In' && values.length === 1 && values[0] === node,
  )

const READ = ['get', 'list', 'watch']
const CHANGE = ['update', 'patch']
const LEASES = 'kube-node-lease'
const KEEP_OWN = ['get', 'create', 'update', 'patch', 'delete']

const readable = (kind: NodeObject): Check =>
  all(
    only(READ, 'can only read resources of this type'),
    whole('cannot read subresource'),
    must(({ asked }) => asked.namespace !== '', 'can only read namespaced object of this type'),
    named,
    related(kind),
  )

const gettable = (kind: NodeObject): Check =>
  all(only(['get'], 'can only get individual resources of this type'), whole('cannot get subresource'), named, related(kind))

const claimStatus = all(only(CHANGE, 'can only get/update/patch this type'), named, related('persistentvolumeclaims'))
const claim = gettable('persistentvolumeclaims')

const slices = (selected: Check): Check => {
  const own = all(named, related('resourceslices'))
  return all(
    whole('cannot authorize ResourceSlice subresources'),
    // Whose slice it is to be, admission sees.
    byVerb(
      { create: yes, get: own, update: own, patch: own, delete: own, watch: selected, list: selected, deletecollection: selected },
      () => 'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
    ),
  )
}

/** What nodes may do to these resources while the gate AuthorizeNodeWithSelectors is off. */
const NODE_CHECKS: Checks = {
  secrets: readable('secrets'),
  configmaps: readable('configmaps'),
  persistentvolumeclaims: (question) => (question.asked.subresource === 'status' ? claimStatus : claim)(question),
  persistentvolumes: gettable('persistentvolumes'),
  'resourceclaims.resource.k8s.io': gettable('resourceclaims'),
  'volumeattachments.storage.k8s.io': gettable('volumeattachments'),
  serviceaccounts: all(
    must(({ asked }) => asked.verb === 'create' && asked.name !== '', 'can only create tokens for individual service accounts'),
    must(({ asked }) => asked.subresource === 'token', 'can only create token subresource of serviceaccount'),
    related('serviceaccounts'),
  ),
  'leases.coordination.k8s.io': all(
    only(KEEP_OWN, 'can only get, create, update, patch, or delete a node lease'),
    must(({ asked }) => asked.namespace === LEASES, `can only access leases in the ${JSON.stringify(LEASES)} system namespace`),
    ownName('node lease'),
  ),
  'csinodes.storage.k8s.io': all(
    only(KEEP_OWN, 'can only get, create, update, patch, or delete a CSINode'),
    whole('cannot authorize CSINode subresources'),
    ownName('CSINode'),
  ),
  'resourceslices.resource.k8s.io': slices(yes),
}

/** A node may read its Node before that is made, so the name decides. */
const readOwnNode = must(
  ({ asked, node }) => asked.name === node,
  ({ asked: { name }, node }) => `node '${node}' cannot read ${name === '' ? 'all nodes' : `'${name}'`}, only its own Node object`,
)

const onlySelectedPods: Check = (question) => {
  if (selectsNode(question)) return undefined
  return question.asked.name === '' ? 'can only list/watch pods with spec.nodeName field selector' : related('pods')(question)
}

/** What the gate AuthorizeNodeWithSelectors adds (KEP-4601): of Nodes, Pods and slices a node sees its own. */
const SELECTOR_CHECKS: Checks = {
  nodes: bySubresource({
    '': byVerb({ create: yes, update: yes, patch: yes, get: readOwnNode, list: readOwnNode, watch: readOwnNode }, no),
    status: only(CHANGE),
  }),
  pods: bySubresource({
    // Mirror Pods are created and deleted; admission sees that they are nothing else.
    '': byVerb({ get: gettable('pods'), list: onlySelectedPods, watch: onlySelectedPods, create: yes, delete: yes }, no),
    status: only(CHANGE),
    eviction: only(['create']),
  }),
  'resourceslices.resource.k8s.io': slices(
    must(selectsNode, 'can only list/watch/deletecollection resourceslices with nodeName field selector'),
  ),
}

/** The check of a question about this resource (`plural` or `plural.group`); undefined: the role system:node decides. */
export function nodeCheck(resource: string, selectors: boolean): Check | undefined {
  return (selectors ? caseOf(SELECTOR_CHECKS, resource) : undefined) ?? caseOf(NODE_CHECKS, resource)
}
