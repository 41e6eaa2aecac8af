import type { GroupResource, KubeObject } from '@kubetape/apimachinery'
import type { Amounts } from './amounts.ts'

/** One requirement of a quota's scopes. A scope in `spec.scopes` is one with the operator Exists. */
export interface ScopeRequirement {
  readonly scopeName: string
  readonly operator: string
  readonly values?: readonly string[]
}

/** How objects of one resource are counted (Kubernetes documentation, "Resource Quotas"). */
export interface Evaluator {
  readonly resource: GroupResource
  /** An update of an object may use more too: claims that grow, Services that change their type. Of all others creations alone are charged. */
  readonly chargesUpdates: boolean
  /** Whether objects of this resource use what the name in a quota stands for. */
  counts(name: string): boolean
  /** Whether the object is within this scope; only Pods are within any. */
  matchesScope(requirement: ScopeRequirement, object: Readonly<KubeObject>): boolean
  /** What the object uses at this time (Unix milliseconds). */
  usage(object: Readonly<KubeObject>, nowMs: number): Amounts
  /** Why the object may not be under a quota of these names; undefined when it may. */
  constraint?(names: readonly string[], object: Readonly<KubeObject>): string | undefined
}

/** `count/deployments.apps`: the name under which the objects of any resource are counted. */
export const objectCountName = ({ group, resource }: GroupResource): string => `count/${resource}${group ? `.${group}` : ''}`
