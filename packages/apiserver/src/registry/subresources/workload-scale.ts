import { type KubeObject, labelSelectorOf, type LabelSelectorObject } from '@kubetape/apimachinery'
import type { ScaleRule } from '../strategy.ts'

interface Workload extends KubeObject {
  spec?: { replicas?: number; selector?: LabelSelectorObject | Record<string, string> }
  status?: { replicas?: number }
}

/** How Deployments, ReplicaSets and StatefulSets are scaled. */
export const workloadScale: ScaleRule = {
  path: ['spec', 'replicas'],
  replicas: (object) => (object as Workload).spec?.replicas,
  setReplicas: (draft, replicas) => {
    const workload = draft as Workload
    workload.spec = { ...workload.spec, replicas }
  },
  statusReplicas: (object) => (object as Workload).status?.replicas ?? 0,
  selector: (object) => labelSelectorOf((object as Workload).spec?.selector).toString(),
}

/** ReplicationControllers select by plain labels. */
export const controllerScale: ScaleRule = {
  ...workloadScale,
  selector: (object) =>
    Object.entries(((object as Workload).spec?.selector ?? {}) as Record<string, string>)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
}
