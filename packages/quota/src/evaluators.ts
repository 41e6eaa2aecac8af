import { formatGroupResource, type GroupResource, Quantity } from '@kubetape/apimachinery'
import { claimEvaluator } from './claim-evaluator.ts'
import { type Evaluator, objectCountName } from './evaluator.ts'
import { podEvaluator } from './pod-evaluator.ts'
import { serviceEvaluator } from './service-evaluator.ts'

/** Resources with more to count than their objects. */
const OWN = new Map([podEvaluator, serviceEvaluator, claimEvaluator].map((one) => [formatGroupResource(one.resource), one]))
/** Resources of the core group whose objects may also be counted under their plain names. */
const PLAIN = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'])
/** What is not stored, and Events, which no quota counts. */
const IGNORED = new Set([
  'bindings',
  'componentstatuses',
  'events',
  'events.events.k8s.io',
  'tokenreviews.authentication.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
])
const counting = new Map<string, Evaluator>()

/** Whether quotas count objects of this resource at all. */
export const isCounted = (resource: GroupResource): boolean => !IGNORED.has(formatGroupResource(resource))

/** How objects of this resource are counted. */
export function evaluatorOf(resource: GroupResource): Evaluator {
  const id = formatGroupResource(resource)
  const own = OWN.get(id) ?? counting.get(id)
  if (own !== undefined) return own
  const made = objectCounter(resource)
  counting.set(id, made)
  return made
}

/** Any resource can be counted by its objects, custom ones too. */
function objectCounter({ group, resource }: GroupResource): Evaluator {
  const names = [objectCountName({ group, resource }), ...(group === '' && PLAIN.has(resource) ? [resource] : [])]
  const usage = new Map(names.map((name) => [name, Quantity.of(1)]))
  return {
    resource: { group, resource },
    chargesUpdates: false,
    counts: (name) => names.includes(name),
    matchesScope: () => false,
    usage: () => usage,
  }
}
