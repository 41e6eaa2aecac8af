import type { Gates } from '@kubetape/client-go-features'
import type { Pod, PodSpec, PodTemplateSpec, Volume } from '@kubetape/api/types/core/v1'
import { allContainers, isSidecar } from './container-walk.ts'
import { affinityTerms } from './pod-defaults.ts'

/** A group of fields behind a gate: whether a spec uses them, and how they are taken out. */
interface GatedFields {
  readonly gate: string
  readonly inUse: (spec: Readonly<PodSpec>) => boolean
  readonly drop: (spec: PodSpec) => void
}

const some = <T>(items: Iterable<T>, test: (item: T) => boolean): boolean => {
  for (const item of items) if (test(item)) return true
  return false
}

const spreads = (spec: Readonly<PodSpec>): NonNullable<PodSpec['topologySpreadConstraints']> => spec.topologySpreadConstraints ?? []

function* handlers(spec: Readonly<PodSpec>): Generator<{ sleep?: unknown }> {
  for (const { lifecycle } of allContainers(spec))
    for (const handler of [lifecycle?.preStop, lifecycle?.postStart]) if (handler) yield handler
}

function* projections(spec: Readonly<PodSpec>): Generator<{ clusterTrustBundle?: unknown }> {
  for (const volume of spec.volumes ?? []) yield* volume.projected?.sources ?? []
}

function* mounts(spec: Readonly<PodSpec>): Generator<{ recursiveReadOnly?: unknown }> {
  for (const container of allContainers(spec)) yield* container.volumeMounts ?? []
}

/** What v1.31 gates in a Pod's spec, by gate. */
const GATED: readonly GatedFields[] = [
  { gate: 'AppArmorFields', inUse: usesAppArmor, drop: dropAppArmor },
  {
    gate: 'ClusterTrustBundleProjection',
    inUse: (spec) => some(projections(spec), (source) => source.clusterTrustBundle !== undefined),
    drop: (spec) => {
      for (const source of projections(spec)) delete source.clusterTrustBundle
    },
  },
  {
    gate: 'DynamicResourceAllocation',
    inUse: (spec) => (spec.resourceClaims?.length ?? 0) > 0,
    drop: (spec) => {
      delete spec.resourceClaims
      for (const { resources } of allContainers(spec)) delete resources?.claims
    },
  },
  { gate: 'ImageVolume', inUse: (spec) => spec.volumes?.some(isImage) ?? false, drop: dropImageVolumes },
  {
    gate: 'InPlacePodVerticalScaling',
    inUse: (spec) => some(allContainers(spec), (container) => (container.resizePolicy?.length ?? 0) > 0),
    drop: (spec) => {
      for (const container of allContainers(spec)) delete container.resizePolicy
    },
  },
  {
    gate: 'MatchLabelKeysInPodAffinity',
    inUse: (spec) => some(affinityTerms(spec), (term) => term.matchLabelKeys !== undefined || term.mismatchLabelKeys !== undefined),
    drop: (spec) => {
      for (const term of affinityTerms(spec)) {
        delete term.matchLabelKeys
        delete term.mismatchLabelKeys
      }
    },
  },
  {
    gate: 'MatchLabelKeysInPodTopologySpread',
    inUse: (spec) => spreads(spec).some((constraint) => (constraint.matchLabelKeys?.length ?? 0) > 0),
    drop: (spec) => {
      for (const constraint of spreads(spec)) delete constraint.matchLabelKeys
    },
  },
  {
    gate: 'NodeInclusionPolicyInPodTopologySpread',
    inUse: (spec) =>
      spreads(spec).some((constraint) => constraint.nodeAffinityPolicy !== undefined || constraint.nodeTaintsPolicy !== undefined),
    drop: (spec) => {
      for (const constraint of spreads(spec)) {
        delete constraint.nodeAffinityPolicy
        delete constraint.nodeTaintsPolicy
      }
    },
  },
  {
    gate: 'PodLifecycleSleepAction',
    inUse: (spec) => some(handlers(spec), (handler) => handler.sleep !== undefined),
    drop: (spec) => {
      for (const handler of handlers(spec)) delete handler.sleep
    },
  },
  {
    gate: 'ProcMountType',
    inUse: (spec) =>
      some(
        allContainers(spec),
        ({ securityContext }) => securityContext?.procMount !== undefined && securityContext.procMount !== 'Default',
      ),
    // Clients of v1.12 to v1.30 always sent the default, so the field stays and says that.
    drop: (spec) => {
      for (const { securityContext } of allContainers(spec))
        if (securityContext?.procMount !== undefined) securityContext.procMount = 'Default'
    },
  },
  {
    gate: 'RecursiveReadOnlyMounts',
    inUse: (spec) => some(mounts(spec), (mount) => mount.recursiveReadOnly !== undefined),
    drop: (spec) => {
      for (const mount of mounts(spec)) delete mount.recursiveReadOnly
    },
  },
  {
    gate: 'SidecarContainers',
    inUse: (spec) => spec.initContainers?.some(isSidecar) ?? false,
    drop: (spec) => {
      for (const container of spec.initContainers ?? []) delete container.restartPolicy
    },
  },
  {
    gate: 'SupplementalGroupsPolicy',
    inUse: (spec) => spec.securityContext?.supplementalGroupsPolicy !== undefined,
    drop: (spec) => {
      delete spec.securityContext?.supplementalGroupsPolicy
    },
  },
  {
    gate: 'UserNamespacesSupport',
    inUse: (spec) => spec.hostUsers !== undefined,
    drop: (spec) => {
      delete spec.hostUsers
    },
  },
]

/** Takes out of a spec what its gates forbid, unless the stored spec uses it already: what is there may stay. */
export function dropDisabledSpecFields(spec: PodSpec, old: Readonly<PodSpec> | undefined, gates: Gates): void {
  for (const { gate, inUse, drop } of GATED) if (!gates.enabled(gate) && !(old !== undefined && inUse(old))) drop(spec)
}

/** The same for a Pod. */
export function dropDisabledPodFields(pod: Pod, old: Readonly<Pod> | undefined, gates: Gates): void {
  dropDisabledSpecFields(pod.spec, old?.spec, gates)
}

/** The same for the template of a Job, a Deployment and their like. */
export function dropDisabledTemplateFields(
  template: PodTemplateSpec | undefined,
  old: Readonly<PodTemplateSpec> | undefined,
  gates: Gates,
): void {
  if (template?.spec !== undefined) dropDisabledSpecFields(template.spec, old?.spec, gates)
}

function usesAppArmor(spec: Readonly<PodSpec>): boolean {
  return (
    spec.securityContext?.appArmorProfile !== undefined ||
    some(allContainers(spec), ({ securityContext }) => securityContext?.appArmorProfile !== undefined)
  )
}

function dropAppArmor(spec: PodSpec): void {
  delete spec.securityContext?.appArmorProfile
  for (const { securityContext } of allContainers(spec)) delete securityContext?.appArmorProfile
}

const isImage = (volume: Volume): boolean => volume.image !== undefined

/** The whole volume goes, and with it every mount of it. */
function dropImageVolumes(spec: PodSpec): void {
  const names = new Set(spec.volumes?.filter(isImage).map((volume) => volume.name))
  if (names.size === 0) return
  spec.volumes = spec.volumes!.filter((volume) => !names.has(volume.name))
  if (spec.volumes.length === 0) delete spec.volumes
  for (const container of allContainers(spec)) {
    if (container.volumeMounts === undefined) continue
    container.volumeMounts = container.volumeMounts.filter((mount) => !names.has(mount.name))
    if (container.volumeMounts.length === 0) delete container.volumeMounts
  }
}
