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
import { NodeGraph } from './node-graph.ts'
import { nodeNameOf } from './node-identity.ts'
import { nodeCheck } from './node-rules.ts'

const SELECTORS_GATE = 'AuthorizeNodeWithSelectors'
const ALLOW: Decision = { verdict: 'allow', reason: '' }

const resourceName = ({ resource, group }: ResourceAttributes): string => (group ? `${resource}.${group}` : resource)
const refuse = (reason: string): Decision => ({ verdict: 'no-opinion', reason })

/**
 * Decides what nodes may do (Kubernetes documentation, "Using Node Authorization"): read what their Pods need, keep their own Node, lease and CSINode, and
 * otherwise what the role system:node says. The gate AuthorizeNodeWithSelectors limits reading to their own Node and Pods (KEP-4601).
 */
export class NodeAuthorizer implements Authorizer {
  readonly #graph: NodeGraph
  /** The gate limits what is read to what is the node's own. */
  readonly #selectors: boolean
  readonly #rules: readonly PolicyRule[]

  constructor({ storage, gates }: { readonly storage: Storage; readonly gates: Gates }) {
    this.#graph = new NodeGraph(storage)
    this.#selectors = gates.enabled(SELECTORS_GATE)
    this.#rules = expandRules(NODE_RULES, gates)
  }

  authorize(attributes: AccessAttributes): Decision {
    const { user } = attributes
    const node = nodeNameOf(user)
    if (node === undefined) return NO_OPINION
    if (node === '') return refuse(`unknown node for user ${JSON.stringify(user.name)}`)
    const check = attributes.isResource ? nodeCheck(resourceName(attributes), this.#selectors) : undefined
    if (attributes.isResource && check !== undefined) {
      const objection = check({ node, asked: attributes, graph: this.#graph })
      return objection === undefined ? ALLOW : refuse(objection)
    }
    return this.#rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOW : NO_OPINION
  }

  rightsOf(user: UserInfo): RightsList {
    if (nodeNameOf(user) === undefined) return NO_RIGHTS
    return { ...NO_RIGHTS, incomplete: true, error: 'node authorizer does not support user rule resolution' }
  }
}
