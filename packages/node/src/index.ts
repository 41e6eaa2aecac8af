/** Nodes that run Pods: simulated ones whose phases follow a script, with a minimal binder. Start with `simulatedNodes()`. */
export { SimulatedNodes, simulatedNodes, type SimulatedNodesOptions, type StartOptions } from './simulated-nodes.ts'
export { DEFAULT_CAPACITY, type NodeCapacity } from './node-object.ts'
export { type FailCondition, type PodRule, type PodScript, PodScripts, RUN_MS, START_DELAY_MS, STOP_MS } from './pod-script.ts'
export { type BindingObserved, type BindingPlan, planBinding } from './binding-plan.ts'
export { type PodMemory, type PodPlan, planPod } from './pod-plan.ts'
export { type NodePlan, planNode } from './node-object.ts'
export {
  type SimulatedKubelets,
  simulatedKubelets,
  type SimulatedKubeletsOptions,
  type SimulatedLine,
  type SimulatedLog,
} from './container-log.ts'
