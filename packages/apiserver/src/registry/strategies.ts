import { cronJobStrategy } from './batch/cron-job-strategy.ts'
import { jobStrategy } from './batch/job-strategy.ts'
import { leaseCandidateStrategy } from './coordination/lease-candidate-strategy.ts'
import { leaseStrategy } from './coordination/lease-strategy.ts'
import { configMapStrategy } from './core/config-map/config-map-strategy.ts'
import { eventStrategy, newEventStrategy } from './core/event/event-strategy.ts'
import { namespaceStrategy } from './core/namespace/namespace-strategy.ts'
import { nodeStrategy } from './core/node/node-strategy.ts'
import { podStrategy } from './core/pod/pod-strategy.ts'
import { secretStrategy } from './core/secret/secret-strategy.ts'
import { serviceAccountStrategy } from './core/service-account/service-account-strategy.ts'
import { priorityClassStrategy } from './scheduling/priority-class-strategy.ts'
import { flowSchemaStrategy } from './flowcontrol/flow-schema-strategy.ts'
import { priorityLevelStrategy } from './flowcontrol/priority-level-strategy.ts'
import { genericStrategies } from './generic-strategies.ts'
import type { Strategy } from './strategy.ts'

/** Strategies by `group/resource`, whichever version is served; the core group's name is empty. A kind without one has the generic rules only. */
export const strategies: ReadonlyMap<string, Strategy> = new Map<string, Strategy>([
  ...genericStrategies,
  ['/configmaps', configMapStrategy],
  ['/events', eventStrategy],
  ['/namespaces', namespaceStrategy],
  ['/nodes', nodeStrategy],
  ['/pods', podStrategy],
  ['/secrets', secretStrategy],
  ['/serviceaccounts', serviceAccountStrategy],
  ['batch/cronjobs', cronJobStrategy],
  ['batch/jobs', jobStrategy],
  ['coordination.k8s.io/leasecandidates', leaseCandidateStrategy],
  ['coordination.k8s.io/leases', leaseStrategy],
  ['events.k8s.io/events', newEventStrategy],
  ['flowcontrol.apiserver.k8s.io/flowschemas', flowSchemaStrategy],
  ['flowcontrol.apiserver.k8s.io/prioritylevelconfigurations', priorityLevelStrategy],
  ['scheduling.k8s.io/priorityclasses', priorityClassStrategy],
])
