import type {
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfigurationSpec,
  ResourcePolicyRule,
  Subject,
} from '@kubetape/api/types/flowcontrol/v1'

/** What every cluster has of one kind, by name (KEP-1040; the numbers are v1.31's). */
export type BootstrapSpecs<T> = Readonly<Record<string, T>>

const AUTHENTICATED = 'system:authenticated'
const UNAUTHENTICATED = 'system:unauthenticated'
const CONTROLLER_MANAGER = 'system:kube-controller-manager'
const SCHEDULER = 'system:kube-scheduler'
const ALL = '*'
const LEADER_VERBS = ['get', 'create', 'update']

const group = (name: string): Subject => ({ kind: 'Group', group: { name } })
const user = (name: string): Subject => ({ kind: 'User', user: { name } })
const systemAccount = (name: string): Subject => ({ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name } })

function resourceRule(
  verbs: readonly string[],
  apiGroup: string,
  resources: readonly string[],
  { namespace = ALL, clusterScope = false }: { namespace?: string; clusterScope?: boolean } = {},
): ResourcePolicyRule {
  return {
    verbs: [...verbs],
    apiGroups: [apiGroup],
    resources: [...resources],
    ...(clusterScope ? { clusterScope } : {}),
    namespaces: [namespace],
  }
}

const EVERY_RESOURCE = resourceRule([ALL], ALL, [ALL], { clusterScope: true })
const EVERY_PATH: NonResourcePolicyRule = { verbs: [ALL], nonResourceURLs: [ALL] }
const LEASES = resourceRule(LEADER_VERBS, 'coordination.k8s.io', ['leases'])
/** What leaders were elected by before there were leases: v1.31 still lets these through beside them (they went with v1.34). */
const oldLocks = (namespace: string): ResourcePolicyRule => resourceRule(LEADER_VERBS, '', ['endpoints', 'configmaps'], { namespace })

/** Whatever these ask for. */
const everythingOf = (...subjects: Subject[]): PolicyRulesWithSubjects[] => [
  { subjects, resourceRules: [EVERY_RESOURCE], nonResourceRules: [EVERY_PATH] },
]

function schema(
  level: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  rules: PolicyRulesWithSubjects[],
): FlowSchemaSpec {
  return {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence,
    ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
    rules,
  }
}

function limited(
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): PriorityLevelConfigurationSpec {
  const queuing = { queues, handSize, queueLengthLimit: 50 }
  return {
    type: 'Limited',
    limited: { nominalConcurrencyShares, limitResponse: { type: 'Queue', queuing }, lendablePercent },
  }
}

/** Without these no request could be classified; their specs are fixed. */
export const mandatoryFlowSchemas: BootstrapSpecs<FlowSchemaSpec> = {
  exempt: schema('exempt', 1, undefined, everythingOf(group('system:masters'))),
  'catch-all': schema('catch-all', 10_000, 'ByUser', everythingOf(group(UNAUTHENTICATED), group(AUTHENTICATED))),
}

export const mandatoryPriorityLevels: BootstrapSpecs<PriorityLevelConfigurationSpec> = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
  },
}

/** What is suggested beside them: an administrator may change these, and has them kept current unless the annotation says otherwise. */
export const suggestedFlowSchemas: BootstrapSpecs<FlowSchemaSpec> = {
  'system-nodes': schema('system', 500, 'ByUser', everythingOf(group('system:nodes'))),
  'system-node-high': schema('node-high', 400, 'ByUser', [
    {
      subjects: [group('system:nodes')],
      resourceRules: [
        resourceRule([ALL], '', ['nodes', 'nodes/status'], { clusterScope: true }),
        resourceRule([ALL], 'coordination.k8s.io', ['leases']),
      ],
    },
  ]),
  probes: schema('exempt', 2, undefined, [
    {
      subjects: [group(UNAUTHENTICATED), group(AUTHENTICATED)],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  ]),
  'system-leader-election': schema('leader-election', 100, 'ByUser', [
    { subjects: [user(CONTROLLER_MANAGER), user(SCHEDULER), systemAccount(ALL)], resourceRules: [oldLocks('kube-system'), LEASES] },
  ]),
  'endpoint-controller': schema('workload-high', 150, 'ByUser', [
    {
      subjects: [user(CONTROLLER_MANAGER), systemAccount('endpoint-controller'), systemAccount('endpointslicemirroring-controller')],
      resourceRules: [resourceRule(LEADER_VERBS, '', ['endpoints'])],
    },
  ]),
  'workload-leader-election': schema('leader-election', 200, 'ByUser', [
    { subjects: [systemAccount(ALL)], resourceRules: [oldLocks(ALL), LEASES] },
  ]),
  'kube-controller-manager': schema('workload-high', 800, 'ByNamespace', everythingOf(user(CONTROLLER_MANAGER))),
  'kube-scheduler': schema('workload-high', 800, 'ByNamespace', everythingOf(user(SCHEDULER))),
  'kube-system-service-accounts': schema('workload-high', 900, 'ByNamespace', everythingOf(systemAccount(ALL))),
  'service-accounts': schema('workload-low', 9000, 'ByUser', everythingOf(group('system:serviceaccounts'))),
  'global-default': schema('global-default', 9900, 'ByUser', everythingOf(group(UNAUTHENTICATED), group(AUTHENTICATED))),
}

export const suggestedPriorityLevels: BootstrapSpecs<PriorityLevelConfigurationSpec> = {
  system: limited(30, 33, 64, 6),
  'node-high': limited(40, 25, 64, 6),
  'leader-election': limited(10, 0, 16, 4),
  'workload-high': limited(40, 50, 128, 6),
  'workload-low': limited(100, 90, 128, 6),
  'global-default': limited(20, 50, 128, 6),
}
