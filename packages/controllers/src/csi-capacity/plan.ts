import type { Node } from '@kubetape/api/types/core/v1'
import type { CSIDriver, CSINode, CSIStorageCapacity, StorageClass } from '@kubetape/api/types/storage/v1'
import { Quantity } from '@kubetape/apimachinery'
import { capacityNameOf, type CsiDriver, type CsiParameters, type GetCapacityRequest } from '@kubetape/csi'
import { driverParameters } from '../csi-provisioner/class-parameters.ts'
import { termOf } from '../csi-provisioner/topology.ts'

/** Says whose the objects are, as external-provisioner's are marked, so that one and the other keep their own. */
export const DRIVER_LABEL = 'csi.storage.k8s.io/drivername'
export const MANAGER_LABEL = 'csi.storage.k8s.io/managed-by'
export const MANAGER = 'external-provisioner'
export const NAMESPACE = 'kube-system'

export interface CapacityInput {
  readonly driver: Readonly<CSIDriver> | undefined
  readonly classes: readonly Readonly<StorageClass>[]
  readonly csiNodes: readonly Readonly<CSINode>[]
  readonly nodes: readonly Readonly<Node>[]
}

/** What a driver is asked for, and the name of the object that has its answer. */
export interface CapacityQuestion {
  readonly name: string
  readonly className: string
  readonly segments: CsiParameters
  readonly request: GetCapacityRequest
}

/**
 * A question for each class whose claims wait for their first consumer and each place where the driver has nodes (external-provisioner with
 * `--enable-capacity`); none where the CSIDriver does not say `storageCapacity`, because then no scheduler reads the answers.
 */
export function capacityQuestions({ driver, classes, csiNodes, nodes }: CapacityInput): CapacityQuestion[] {
  const name = driver?.metadata.name ?? ''
  if (driver?.spec.storageCapacity !== true) return []
  const segments = segmentsOf(name, csiNodes, nodes)
  return classes
    .filter(({ provisioner, volumeBindingMode }) => provisioner === name && volumeBindingMode === 'WaitForFirstConsumer')
    .flatMap(({ metadata, parameters = {} }) => {
      const className = metadata.name ?? ''
      return segments.map((one) => ({
        name: capacityNameOf(name, className, one),
        className,
        segments: one,
        request: { parameters: driverParameters(parameters), accessibleTopology: { segments: one } },
      }))
    })
}

/** Each place once, by the labels that the driver tells of on its nodes; a node that has not got its labels yet counts later. */
function segmentsOf(driver: string, csiNodes: CapacityInput['csiNodes'], nodes: CapacityInput['nodes']): CsiParameters[] {
  const byName = new Map(nodes.map((node) => [node.metadata.name, node]))
  const found = new Map<string, CsiParameters>()
  for (const { metadata, spec } of csiNodes) {
    const entry = spec.drivers?.find((one) => one.name === driver)
    const node = byName.get(metadata.name)
    if (entry === undefined || node === undefined) continue
    const segments = termOf(node, entry.topologyKeys ?? [])
    if (segments !== undefined) found.set(JSON.stringify(segments), segments)
  }
  return [...found.keys()].sort().map((key) => found.get(key)!)
}

export type Capacity = Awaited<ReturnType<CsiDriver['getCapacity']>>

/** The object that says what the driver has answered. */
export function capacityObject(driver: string, { name, className, segments }: CapacityQuestion, capacity: Capacity): CSIStorageCapacity {
  const size = (bytes: number): string => new Quantity(BigInt(bytes), 0, 'BinarySI').toString()
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { name, namespace: NAMESPACE, labels: { [DRIVER_LABEL]: driver, [MANAGER_LABEL]: MANAGER } },
    storageClassName: className,
    nodeTopology: { matchLabels: { ...segments } },
    capacity: size(capacity.availableCapacity),
    ...(capacity.maximumVolumeSize === undefined ? {} : { maximumVolumeSize: size(capacity.maximumVolumeSize) }),
  }
}
