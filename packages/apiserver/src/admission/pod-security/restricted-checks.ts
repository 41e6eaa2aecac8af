import type { Volume } from '@kubetape/api/types/core/v1'
import { allContainers } from '../../registry/core/pod/container-walk.ts'
import { badSeccomp } from './baseline-checks.ts'
import {
  contextsOf,
  namedContainers,
  plural,
  type PodCheck,
  quoted,
  runsWindows,
  setters,
  sortedSet,
  type VersionedCheck,
} from './pod-check.ts'

const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'] as const
/** Kinds of volumes as messages call them. */
const OTHER_VOLUMES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
] as const

/** A check that Pods for Windows pass. */
const exceptWindows =
  (check: PodCheck): PodCheck =>
  (pod) =>
    runsWindows(pod) ? undefined : check(pod)

const privilegeEscalation: PodCheck = ({ spec }) => {
  const bad = contextsOf(allContainers(spec)).filter(([, context]) => context.allowPrivilegeEscalation !== false)
  if (bad.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${namedContainers(bad.map(([name]) => name))} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

const capabilities: PodCheck = ({ spec }) => {
  const contexts = contextsOf(allContainers(spec))
  const keeping = contexts.filter(([, context]) => !context.capabilities?.drop?.includes('ALL')).map(([name]) => name)
  const added = contexts
    .map(([name, context]) => [name, (context.capabilities?.add ?? []).filter((one) => one !== 'NET_BIND_SERVICE')] as const)
    .filter(([, forbidden]) => forbidden.length > 0)
  const details = keeping.length > 0 ? [`${namedContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []
  if (added.length > 0) {
    const names = sortedSet(added.flatMap(([, forbidden]) => forbidden))
    details.push(`${namedContainers(added.map(([name]) => name))} must not include ${quoted(names)} in securityContext.capabilities.add`)
  }
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const volumes: PodCheck = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((volume) => !VOLUMES.some((kind) => volume[kind] !== undefined))
  if (bad.length === 0) return undefined
  const kinds = sortedSet(bad.map(kindOf))
  const names = bad.map(({ name }) => name)
  return {
    reason: 'restricted volume types',
    detail: `${plural(names.length, 'volume')} ${quoted(names)} ${plural(names.length, 'uses', 'use')} ${plural(kinds.length, 'restricted volume type')} ${quoted(kinds)}`,
  }
}

const kindOf = (volume: Volume): string => OTHER_VOLUMES.find((kind) => volume[kind] !== undefined) ?? 'unknown'

const nonRoot: PodCheck = ({ spec, relaxed }) => {
  if (relaxed) return undefined
  const reason = 'runAsNonRoot != true'
  const own = spec.securityContext?.runAsNonRoot
  const contexts = contextsOf(allContainers(spec))
  const who = setters(
    own === false,
    contexts.filter(([, context]) => context.runAsNonRoot === false).map(([name]) => name),
  )
  if (who.length > 0) return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` }
  const silent = own === true ? [] : contexts.filter(([, context]) => context.runAsNonRoot === undefined).map(([name]) => name)
  return silent.length === 0
    ? undefined
    : { reason, detail: `pod or ${namedContainers(silent)} must set securityContext.runAsNonRoot=true` }
}

const user: PodCheck = ({ spec, relaxed }) => {
  if (relaxed) return undefined
  const bad = contextsOf(allContainers(spec)).filter(([, context]) => context.runAsUser === 0)
  const who = setters(
    spec.securityContext?.runAsUser === 0,
    bad.map(([name]) => name),
  )
  return who.length === 0 ? undefined : { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` }
}

const seccomp: PodCheck = (pod) => {
  const bad = badSeccomp(pod)
  if (bad !== undefined) return bad
  if (pod.spec.securityContext?.seccompProfile !== undefined) return undefined
  const silent = contextsOf(allContainers(pod.spec)).filter(([, context]) => context.seccompProfile === undefined)
  if (silent.length === 0) return undefined
  return {
    reason: 'seccompProfile',
    detail: `pod or ${namedContainers(silent.map(([name]) => name))} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  }
}

/** What the level restricted forbids beyond baseline (Kubernetes documentation, "Pod Security Standards"). */
export const RESTRICTED_CHECKS: readonly VersionedCheck[] = [
  {
    id: 'allowPrivilegeEscalation',
    since: [
      [8, privilegeEscalation],
      [25, exceptWindows(privilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    since: [
      [22, capabilities],
      [25, exceptWindows(capabilities)],
    ],
    replaces: 'capabilities_baseline',
  },
  { id: 'restrictedVolumes', since: [[0, volumes]], replaces: 'hostPathVolumes' },
  { id: 'runAsNonRoot', since: [[0, nonRoot]] },
  { id: 'runAsUser', since: [[23, user]] },
  {
    id: 'seccompProfile_restricted',
    since: [
      [19, seccomp],
      [25, exceptWindows(seccomp)],
    ],
    replaces: 'seccompProfile_baseline',
  },
]
