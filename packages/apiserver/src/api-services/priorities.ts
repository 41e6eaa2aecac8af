import type { GroupVersion } from '@kubetape/apimachinery'
import { levelOf } from '../discovery/served-resources.ts'

/** How clients should prefer a group, and a version within it (API reference, APIServiceSpec). */
export interface Priority {
  readonly groupPriorityMinimum: number
  readonly versionPriority: number
}

/** Of v1.31's own groups. */
const GROUPS: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'internal.apiserver.k8s.io': 16_000,
  'resource.k8s.io': 15_900,
  'storagemigration.k8s.io': 15_800,
}
const LEVELS = { ga: 15, beta: 9, alpha: 1 } as const
/** Versions that differ from their level. */
const VERSIONS: Readonly<Record<string, number>> = {
  '/v1': 1,
  'autoscaling/v2': 30,
  'admissionregistration.k8s.io/v1beta1': 12,
  'admissionregistration.k8s.io/v1alpha1': 9,
  'coordination.k8s.io/v1alpha1': 12,
  'flowcontrol.apiserver.k8s.io/v1': 21,
  'flowcontrol.apiserver.k8s.io/v1beta3': 18,
  'internal.apiserver.k8s.io/v1alpha1': 9,
  'networking.k8s.io/v1beta1': 12,
  'resource.k8s.io/v1alpha3': 9,
  'storagemigration.k8s.io/v1alpha1': 9,
}
/** What definitions make comes last, its versions by their names. */
const CUSTOM: Priority = { groupPriorityMinimum: 1000, versionPriority: 100 }

/** The priority of a group and version that is served here. */
export function priorityOf({ group, version }: GroupVersion): Priority {
  const groupPriorityMinimum = GROUPS[group]
  if (groupPriorityMinimum === undefined) return CUSTOM
  return { groupPriorityMinimum, versionPriority: VERSIONS[`${group}/${version}`] ?? LEVELS[levelOf(version)] }
}
