import type { Namespace, Pod, PodSpec } from '@kubetape/api/types/core/v1'
import { invalidObject, type KubeObject, type ObjectMeta } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import { allContainers } from '../../registry/core/pod/container-walk.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts'
import { refusedByAdmission } from '../admission-refusal.ts'
import type { PluginEnvironment } from '../default-plugins.ts'
import { NAMESPACES } from '../namespace-lifecycle.ts'
import { printReasons, printViolations, violationsOf } from './evaluate-pod.ts'
import type { CheckedPod } from './pod-check.ts'
import { compareLevels, FREE_POLICY, type LevelVersion, policyOf, printLevel, type SecurityPolicy } from './security-policy.ts'

const PODS = { group: '', resource: 'pods' } as const
/** Of a namespace whose level becomes stricter so many Pods are looked at. */
const PODS_CHECKED_MAX = 3000
const NOT_CHECKED = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status'])
/** Resources with templates of Pods, and where these are. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  '/podtemplates': ['template'],
  '/replicationcontrollers': ['spec', 'template'],
  'apps/daemonsets': ['spec', 'template'],
  'apps/deployments': ['spec', 'template'],
  'apps/replicasets': ['spec', 'template'],
  'apps/statefulsets': ['spec', 'template'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/jobs': ['spec', 'template'],
}

/** Holds Pods to the Pod Security Standards that their namespace asks for by its labels; warns of templates (plugin PodSecurity, KEP-2579). */
export function podSecurity({ storage, gates }: PluginEnvironment): AdmissionPlugin {
  const checked = (metadata: Readonly<ObjectMeta> | undefined, spec: Readonly<PodSpec>): CheckedPod => ({
    annotations: metadata?.annotations ?? {},
    spec,
    relaxed: spec.hostUsers === false && gates.enabled('UserNamespacesPodSecurityStandards'),
  })
  return {
    name: 'PodSecurity',
    validate(attributes) {
      const { operation, resource, subresource, draft } = attributes
      if (draft === undefined || (operation !== 'CREATE' && operation !== 'UPDATE')) return
      const id = `${resource.info.group}/${resource.info.resource}`
      if (id === '/namespaces') {
        if (subresource === '') checkNamespace(storage, attributes, (pod) => checked(pod.metadata, pod.spec))
        return
      }
      if (id !== '/pods' && (TEMPLATES[id] === undefined || subresource !== '')) return
      const policy = namespacePolicy(storage, attributes.namespace)
      if (policy === FREE_POLICY) return
      if (id !== '/pods') {
        const template = templateIn(draft, TEMPLATES[id]!)
        if (template?.spec !== undefined) judge(attributes, policy, checked(template.metadata, template.spec), false)
      } else if (!NOT_CHECKED.has(subresource) && isSignificant(draft as unknown as Pod, attributes.old as unknown as Pod | undefined)) {
        judge(attributes, policy, checked((draft as unknown as Pod).metadata, (draft as unknown as Pod).spec), true)
      }
    },
  }
}

function namespacePolicy(storage: Storage, namespace: string): SecurityPolicy {
  return policyOf(storage.get(NAMESPACES, '', namespace)?.object.metadata?.labels).policy
}

function judge(attributes: AdmissionAttributes, policy: SecurityPolicy, pod: CheckedPod, enforced: boolean): void {
  const { context } = attributes
  const audit = context.request.audit
  const said = (level: LevelVersion): string | undefined => {
    const violations = violationsOf(pod, level)
    return violations.length === 0 ? undefined : `PodSecurity ${JSON.stringify(printLevel(level))}: ${printViolations(violations)}`
  }
  if (enforced) audit?.annotate('pod-security.kubernetes.io/enforce-policy', printLevel(policy.enforce))
  const noted = said(policy.audit)
  if (noted !== undefined) audit?.annotate('pod-security.kubernetes.io/audit-violations', `would violate ${noted}`)
  const refused = enforced ? said(policy.enforce) : undefined
  if (refused !== undefined) throw refusedByAdmission(attributes, `violates ${refused}`)
  const warned = said(policy.warn)
  if (warned !== undefined) context.warn(`would violate ${warned}`)
}

/** What of a Pod may change and matters: images, containers that are added, annotations about seccomp. */
function isSignificant(pod: Pod, old: Pod | undefined): boolean {
  if (old === undefined) return true
  const before = new Map([...allContainers(old.spec)].map((one) => [one.name, one.image]))
  const containers = [...allContainers(pod.spec)]
  if (containers.length !== before.size || containers.some(({ name, image }) => !before.has(name) || before.get(name) !== image))
    return true
  const keys = [...Object.keys(pod.metadata.annotations ?? {}), ...Object.keys(old.metadata.annotations ?? {})]
  return keys.some(
    (key) =>
      /(seccomp\.security\.alpha|apparmor\.security\.beta)\./.test(key) &&
      pod.metadata.annotations?.[key] !== old.metadata.annotations?.[key],
  )
}

function templateIn(draft: Readonly<KubeObject>, path: readonly string[]): { metadata?: ObjectMeta; spec?: PodSpec } | undefined {
  let value: unknown = draft
  for (const field of path) value = (value as Record<string, unknown> | undefined)?.[field]
  return value as ReturnType<typeof templateIn>
}

/** Labels that are new must be right; Pods that a stricter level would refuse are told. */
function checkNamespace(storage: Storage, { draft, old, context }: AdmissionAttributes, checked: (pod: Pod) => CheckedPod): void {
  const namespace = draft as unknown as Namespace
  const name = namespace.metadata.name ?? ''
  const { policy, errors } = policyOf(namespace.metadata.labels)
  const before = policyOf(old?.metadata?.labels)
  const isNew = (): boolean => JSON.stringify(before.errors) !== JSON.stringify(errors)
  if (errors.length > 0 && (old === undefined || isNew())) throw invalidObject({ group: '', kind: 'Namespace' }, name, errors)
  const { enforce } = policy
  if (old === undefined || enforce.level === 'privileged' || printLevel(enforce) === printLevel(before.policy.enforce)) return
  if (enforce.version === before.policy.enforce.version && compareLevels(enforce.level, before.policy.enforce.level) < 1) return
  for (const text of podWarnings(storage, name, enforce, checked)) context.warn(text)
}

function podWarnings(storage: Storage, namespace: string, enforce: LevelVersion, checked: (pod: Pod) => CheckedPod): string[] {
  const { items } = storage.list(PODS, true, { namespace })
  const byReasons = new Map<string, string[]>()
  for (const item of items.slice(0, PODS_CHECKED_MAX)) {
    const violations = violationsOf(checked(item.object as unknown as Pod), enforce)
    if (violations.length === 0) continue
    const reasons = printReasons(violations)
    const names = byReasons.get(reasons)
    if (names === undefined) byReasons.set(reasons, [item.name])
    else names.push(item.name)
  }
  const warnings: string[] = []
  if (items.length > PODS_CHECKED_MAX)
    warnings.push(`new PodSecurity enforce level only checked against the first ${PODS_CHECKED_MAX} of ${items.length} existing pods`)
  if (byReasons.size > 0)
    warnings.push(
      `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(printLevel(enforce))}`,
    )
  const texts = [...byReasons].map(([reasons, names]) => {
    const others = names.length - 1
    return `${names.sort()[0]}${others === 0 ? '' : ` (and ${others} other ${others === 1 ? 'pod' : 'pods'})`}: ${reasons}`
  })
  return [...warnings, ...texts.sort()]
}
