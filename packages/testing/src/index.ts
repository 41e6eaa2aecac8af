/** What authors of controllers test with: `TestCluster.start({ controllers })`, its faults, and `expectSameDecisions(tape, controller)`. */
export { TestCluster, type TestClusterOptions, type SettleOptions } from './test-cluster.ts'
export { type FaultSubject, Faults, type LastingFault, type RequestFilter, type RequestOfController } from './faults.ts'
export { DecisionChanged, expectSameDecisions, expectSameRuns, type SameDecisions, type SameDecisionsOptions } from './same-decisions.ts'
export type { CrdSource } from './crds.ts'
