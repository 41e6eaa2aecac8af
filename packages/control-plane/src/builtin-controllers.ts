import { allResources, type ResourceInfo } from '@kubetape/api'
import { VolumeAttributesClass } from '@kubetape/api/kinds'
import type { Kind } from '@kubetape/apimachinery'
import { kubeletClientName } from '@kubetape/apiserver'
import {
  attachDetachController,
  attributesClassProtectionController,
  bootstrapSignerController,
  certificateApprovingController,
  certificateCleanerController,
  certificateSigningController,
  type CertificateSigningControllerOptions,
  claimBinderController,
  claimProtectionController,
  clusterRoleAggregationController,
  cronJobController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  ephemeralVolumeController,
  csiAttachedVolumeController,
  csiAttacherController,
  csiCapacityController,
  csiDriverRegistrarController,
  csiProvisionerController,
  csiModifierController,
  csiReclaimController,
  csiResizerController,
  garbageCollectorController,
  type HostPathOptions,
  inTreePlugins,
  jobController,
  jobOrphanPodController,
  namespaceController,
  nodeTaintsController,
  podGarbageCollectorController,
  resourceQuotaController,
  rootCaController,
  serviceAccountController,
  serviceAccountTokenController,
  serviceCidrController,
  serviceRepairController,
  addressRepairController,
  tokenCleanerController,
  ttlAfterFinishedController,
  storageCleanerController,
  type StorageIntent,
  UnfinishedStorage,
  validatingAdmissionPolicyStatusController,
  volumeBinderController,
  volumeExpandController,
  type VolumeIntent,
  volumeProtectionController,
} from '@kubetape/controllers'
import { CsiDriverRegistry, type CsiDrivers } from '@kubetape/csi'
import { simulatedNodes } from '@kubetape/node'
import type { Controller } from '@kubetape/runtime'
import { NO_FOLDERS } from './host-path-directories.ts'
import { signWithToken } from './sign-with-token.ts'

/**
 * The most simulated nodes of one control plane. A tape is replayed with that many, however many it was made with: a node more or less
 * changes nothing for the others.
 */
export const SIMULATED_NODES_MAX = 10_000

export interface BuiltinControllersOptions {
  /** The CA's certificate that every namespace gets. */
  readonly ca: string
  /** Signs tokens for Secrets. Default: cannot, which is enough for replay. */
  readonly signToken?: (claims: object) => string
  /** Signs certificates with the cluster's CA. Default: cannot, as without a CA. */
  readonly issueCertificate?: CertificateSigningControllerOptions['issue']
  /** What such Secrets get as `ca.crt`. Default: none. */
  readonly secretCa?: string
  /** Directories of host-path volumes. Default: cannot, which is enough for replay. */
  readonly hostPath?: HostPathOptions
  /** Simulated nodes. */
  readonly nodes: number
  /** The CSI drivers that are connected. Default: none, which is enough for replay. */
  readonly drivers?: CsiDrivers
  /** Reads what an earlier life of the provisioner left in the dark. Default: nothing. */
  readonly interruptedVolumes?: () => readonly VolumeIntent[]
  /** Directories that an earlier life of the binder has begun to make for claims. Default: none, which is right for replay. */
  readonly interruptedStorage?: () => readonly StorageIntent[]
  /** Where simulated nodes have volumes mounted. Default: nowhere on disk. */
  readonly volumeFolder?: string
  /** What is served; the garbage collector and namespaces work on all of it. Default: what the defaults of v1.31 serve. */
  readonly resources?: readonly Kind[]
}

/** Resources that nobody owns and that change all the time: watching them for garbage would cost more than all others together. */
const NOT_COLLECTED = new Set(['/events', 'events.k8s.io/events'])

/** The built-in controllers, as the options ask for them; also what a tape of them is replayed with. */
export function builtinControllers({
  ca,
  signToken = cannotSign,
  issueCertificate = cannotIssue,
  secretCa = '',
  hostPath = { directories: NO_FOLDERS, provisions: false },
  nodes,
  drivers = new CsiDriverRegistry(),
  volumeFolder,
  interruptedVolumes = () => [],
  interruptedStorage = () => [],
  resources: served,
}: BuiltinControllersOptions): Controller[] {
  const inTree = { plugins: inTreePlugins(hostPath), unfinished: new UnfinishedStorage(interruptedStorage) }
  const resources = served ?? servedKinds()
  // Replay knows no served kinds, and has to have what a tape may have runs of.
  const hasRanges = served === undefined || served.some((one) => one.group === 'networking.k8s.io' && one.resource === 'servicecidrs')
  const hasAttributesClasses = served === undefined || served.some(isAttributesClass)
  const owned = resources.filter(({ group, resource }) => !NOT_COLLECTED.has(`${group}/${resource}`))
  return [
    jobController(),
    jobOrphanPodController(),
    cronJobController(),
    ttlAfterFinishedController(),
    namespaceController({ resources }),
    garbageCollectorController({ resources: owned }),
    serviceAccountController(),
    certificateSigningController({ issue: issueCertificate }),
    certificateApprovingController({ nodeOf: kubeletClientName }),
    certificateCleanerController(),
    tokenCleanerController(),
    bootstrapSignerController({ sign: signWithToken }),
    serviceAccountTokenController({ sign: signToken, ca: secretCa }),
    rootCaController({ ca }),
    clusterRoleAggregationController(),
    podGarbageCollectorController(),
    nodeTaintsController(),
    resourceQuotaController({ resources: owned }),
    validatingAdmissionPolicyStatusController(),
    claimBinderController(inTree),
    volumeBinderController(inTree),
    storageCleanerController(inTree),
    claimProtectionController(),
    ...(hasRanges ? [serviceCidrController(), serviceRepairController(), addressRepairController()] : []),
    endpointsController(),
    endpointSliceController(),
    endpointSliceMirroringController(),
    volumeProtectionController(),
    ephemeralVolumeController(),
    attachDetachController(),
    csiDriverRegistrarController({ drivers }),
    csiAttacherController({ drivers }),
    csiAttachedVolumeController({ drivers }),
    volumeExpandController(),
    csiProvisionerController({ drivers, interrupted: interruptedVolumes }),
    csiReclaimController({ drivers }),
    csiResizerController({ drivers }),
    csiCapacityController({ drivers }),
    ...(hasAttributesClasses ? [csiModifierController({ drivers }), attributesClassProtectionController()] : []),
    ...(nodes > 0 ? simulatedNodes({ count: nodes, drivers, ...(volumeFolder === undefined ? {} : { volumeFolder }) }) : []),
  ]
}

const isAttributesClass = ({ group, version, resource }: Kind): boolean =>
  group === VolumeAttributesClass.group && version === VolumeAttributesClass.version && resource === VolumeAttributesClass.resource

const cannotIssue = (): { failure: string } => ({ failure: 'this cluster has no certificate authority' })

function cannotSign(): never {
  throw new Error('Cannot sign a token: these controllers have no key')
}

/** One kind for each resource of these that is stored and can be listed and deleted; of several versions the first. */
export function servedKinds(resources: Iterable<ResourceInfo> = allResources().filter((one) => one.inDefaultProfile)): Kind[] {
  const kinds = new Map<string, Kind>()
  for (const { group, version, kind, resource, namespaced, verbs } of resources) {
    const id = `${group}/${resource}`
    if (kinds.has(id) || !['list', 'watch', 'delete'].every((verb) => verbs.includes(verb))) continue
    kinds.set(id, { group, version, kind, resource, namespaced })
  }
  return [...kinds.values()]
}

/** Names of all controllers that there are, with nodes or without. */
export function builtinControllerNames(): string[] {
  return builtinControllers({ ca: '', nodes: 1 }).map(({ name }) => name)
}
