import type { Node, PersistentVolumeClaim, SecretReference } from '@kubetape/api/types/core/v1'
import type { CSINode, StorageClass } from '@kubetape/api/types/storage/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import type { Gates } from '@kubetape/client-go-features'
import type { CreateVolumeRequest, CsiDriverInfo, CsiVolumeSource } from '@kubetape/csi'
import { driverParameters, fileSystemOf, PARAMETER_PREFIX, PROVISIONER_SECRET, type SecretPurpose } from './class-parameters.ts'
import { type CloneSource, cloneSource, dataSourceOf, isClone } from './clone-source.ts'
import { secretReference } from './secret-reference.ts'
import { accessibilityRequirements } from './topology.ts'
import { volumeCapabilities } from './volume-capabilities.ts'
import { requestedBytes, type VolumeIntent } from './volume-intent.ts'
import { volumeSecrets, volumeTemplate } from './volume-template.ts'

/** How the sidecar can be set; its flags have the same meaning and defaults. */
export interface ProvisionerSettings {
  /** Tell drivers the names of claim and volume as parameters. Default false. */
  readonly extraCreateMetadata?: boolean
  /** The file system where a class names none. Default: the driver's choice. */
  readonly defaultFsType?: string
  /** Ask for the topology of the selected node only. Default false. */
  readonly strictTopology?: boolean
  /** Tell drivers where their nodes are also when volumes are made at once. Default true. */
  readonly immediateTopology?: boolean
}

/** Everything that decides how a claim is provisioned. */
export interface ProvisionInput {
  readonly claim: Readonly<PersistentVolumeClaim>
  readonly storageClass: Readonly<StorageClass>
  readonly driver: CsiDriverInfo
  readonly selectedNode: Readonly<Node> | undefined
  readonly csiNodes: readonly Readonly<CSINode>[]
  readonly nodes: readonly Readonly<Node>[]
  readonly source: CloneSource
  /** The class that the claim names, where it was found. */
  readonly attributesClass: Readonly<VolumeAttributesClass> | undefined
  /** Goes into the volume's attributes. */
  readonly identity: string
  readonly settings: ProvisionerSettings
}

export type ProvisionPlan =
  | { readonly type: 'create'; readonly intent: VolumeIntent }
  /** Cannot be done, until something changes that may not tell. */
  | { readonly type: 'fail'; readonly message: string }
  /** Somebody else is to do it. */
  | { readonly type: 'leave'; readonly message: string }

const SNAPSHOT_GROUP = 'snapshot.storage.k8s.io'

/** Plans for a claim without a volume whose class belongs to a connected driver (external-provisioner v5.1). */
export function plan(input: ProvisionInput, gates: Gates): ProvisionPlan {
  const source = dataSourceOf(input.claim)
  if (source !== undefined && source.name !== '' && source.kind !== 'VolumeSnapshot' && !isClone(input.claim))
    return { type: 'leave', message: 'Assuming an external populator will provision the volume' }
  try {
    return { type: 'create', intent: intentOf(input, gates) }
  } catch (error) {
    return { type: 'fail', message: error instanceof Error ? error.message : String(error) }
  }
}

/** The name of the volume of a claim; the driver's key for it as well. */
export const volumeNameOf = ({ metadata }: Readonly<PersistentVolumeClaim>): string => `pvc-${metadata.uid ?? ''}`

function intentOf(input: ProvisionInput, gates: Gates): VolumeIntent {
  const { claim, storageClass, driver } = input
  const { parameters = {} } = storageClass
  const attributesClass = gates.enabled('VolumeAttributesClass') ? claim.spec?.volumeAttributesClassName || undefined : undefined
  checkSource(claim)
  checkCapabilities(claim, driver, attributesClass !== undefined)
  if (claim.spec?.selector !== undefined) throw new Error('claim Selector is not supported')
  const name = volumeNameOf(claim)
  const fsType = fileSystemOf(parameters) || (input.settings.defaultFsType ?? '')
  const { namespace = '', name: claimName = '', uid = '', resourceVersion = '' } = claim.metadata
  const capabilities = volumeCapabilities(
    {
      accessModes: claim.spec?.accessModes ?? [],
      ...(claim.spec?.volumeMode === undefined ? {} : { volumeMode: claim.spec.volumeMode }),
      ...(storageClass.mountOptions === undefined ? {} : { mountOptions: storageClass.mountOptions }),
      csi: { fsType },
    },
    driver.controllerCapabilities,
  )
  const contentSource = contentSourceOf(input)
  const requirements = requirementsOf(input)
  const reference = (purpose: SecretPurpose, annotations = claim.metadata.annotations): SecretReference | undefined =>
    secretReference(purpose, parameters, {
      volumeName: name,
      claim: { namespace, name: claimName, ...(annotations === undefined ? {} : { annotations }) },
    })
  // What decides how the claim's author is served must not be the author's to choose.
  const secret = reference(PROVISIONER_SECRET, {})
  const references = volumeSecrets(reference)
  const request: VolumeIntent['request'] = {
    name,
    capacityRange: { requiredBytes: requestedBytes(claim.spec?.resources?.requests?.['storage']) },
    volumeCapabilities: capabilities,
    parameters: {
      ...driverParameters(parameters),
      ...(input.settings.extraCreateMetadata ? metadataParameters(namespace, claimName, name) : {}),
    },
    ...(contentSource === undefined ? {} : { volumeContentSource: contentSource }),
    ...(requirements === undefined ? {} : { accessibilityRequirements: requirements }),
    ...(attributesClass === undefined ? {} : { mutableParameters: mutableParameters(input, attributesClass) }),
  }
  const volume = volumeTemplate(input, {
    name,
    fsType,
    secret,
    references,
    attributesClass,
    withFinalizer: gates.enabled('HonorPVReclaimPolicy'),
  })
  return {
    driver: driver.name,
    claim: { namespace, name: claimName, uid, resourceVersion },
    storageClass: storageClass.metadata.name ?? '',
    request,
    ...(secret === undefined ? {} : { secret }),
    usesTopology: hasTopology(driver),
    mayReschedule: hasTopology(driver) && input.selectedNode !== undefined,
    volume,
  }
}

function checkSource(claim: Readonly<PersistentVolumeClaim>): void {
  const source = dataSourceOf(claim)
  if (source === undefined) return
  if (source.name === '') throw new Error(`the PVC source not found for PVC ${claim.metadata.name ?? ''}`)
  if (source.kind === 'VolumeSnapshot' && source.apiGroup !== SNAPSHOT_GROUP)
    throw new Error(`the PVC source does not belong to the right APIGroup. Expected ${SNAPSHOT_GROUP}, Got ${source.apiGroup ?? ''}`)
}

function checkCapabilities(claim: Readonly<PersistentVolumeClaim>, driver: CsiDriverInfo, withAttributesClass: boolean): void {
  const has = driver.controllerCapabilities
  const need = (isThere: boolean, what: string, capability: string): void => {
    if (!isThere) throw new Error(`CSI driver does not support ${what}: ${capability} capability is not reported`)
  }
  need(driver.pluginCapabilities.includes('CONTROLLER_SERVICE'), 'dynamic provisioning', 'plugin CONTROLLER_SERVICE')
  need(has.includes('CREATE_DELETE_VOLUME'), 'dynamic provisioning', 'controller CREATE_DELETE_VOLUME')
  const kind = dataSourceOf(claim)?.kind
  if (kind === 'VolumeSnapshot') need(has.includes('CREATE_DELETE_SNAPSHOT'), 'snapshot restore', 'controller CREATE_DELETE_SNAPSHOT')
  if (kind === 'PersistentVolumeClaim') need(has.includes('CLONE_VOLUME'), 'clone operations', 'controller CLONE_VOLUME')
  if (withAttributesClass) need(has.includes('MODIFY_VOLUME'), 'VolumeAttributesClass', 'controller MODIFY_VOLUME')
}

const hasTopology = ({ pluginCapabilities }: CsiDriverInfo): boolean => pluginCapabilities.includes('VOLUME_ACCESSIBILITY_CONSTRAINTS')

function contentSourceOf({ claim, storageClass, source }: ProvisionInput): CsiVolumeSource | undefined {
  const reference = dataSourceOf(claim)
  if (reference === undefined) return undefined
  const handleError = (message: string): Error =>
    new Error(`error getting handle for DataSource Type ${reference.kind} by Name ${reference.name}: ${message}`)
  // No API server of ours has the snapshot controller's objects.
  if (reference.kind === 'VolumeSnapshot') {
    throw handleError(
      `error getting snapshot ${reference.name} from api server: the server could not find the requested resource (get volumesnapshots.${SNAPSHOT_GROUP} ${reference.name})`,
    )
  }
  try {
    return cloneSource(claim, storageClass, source)
  } catch (error) {
    throw handleError((error as Error).message)
  }
}

function requirementsOf({
  claim,
  storageClass,
  driver,
  selectedNode,
  csiNodes,
  nodes,
  settings,
}: ProvisionInput): CreateVolumeRequest['accessibilityRequirements'] {
  if (!hasTopology(driver)) return undefined
  try {
    return accessibilityRequirements({
      driver: driver.name,
      claimName: claim.metadata.name ?? '',
      allowedTopologies: storageClass.allowedTopologies ?? [],
      selectedNode,
      csiNodes,
      nodes,
      strict: settings.strictTopology ?? false,
      immediate: settings.immediateTopology ?? true,
    })
  } catch (error) {
    throw new Error(`error generating accessibility requirements: ${(error as Error).message}`, { cause: error })
  }
}

const metadataParameters = (namespace: string, claim: string, volume: string): Record<string, string> => ({
  [`${PARAMETER_PREFIX}pvc/name`]: claim,
  [`${PARAMETER_PREFIX}pvc/namespace`]: namespace,
  [`${PARAMETER_PREFIX}pv/name`]: volume,
})

function mutableParameters({ attributesClass, driver }: ProvisionInput, name: string): Record<string, string> {
  if (attributesClass === undefined) throw new Error(`volumeattributesclasses.storage.k8s.io "${name}" not found`)
  const { driverName, parameters = {} } = attributesClass
  if (driverName !== driver.name)
    throw new Error(`VAC ${name} referenced in PVC is for driver ${driverName} which does not match driver name ${driver.name}`)
  return parameters
}
