import type { PersistentVolume, SecretReference } from '@kubetape/api/types/core/v1'
import { quantityOf, Quantity } from '@kubetape/apimachinery'
import type { CreateVolumeRequest, CsiVolume } from '@kubetape/csi'
import { nodeAffinity } from './topology.ts'

/**
 * All that is needed to carry a CreateVolume through once it has been begun, without the claim, its class or anything else of the API: what the driver is
 * asked for and the PersistentVolume that comes of it. It is the body of the call, so it is on the tape, durably, before the driver hears of it. JSON,
 * without secrets.
 */
export interface VolumeIntent {
  readonly driver: string
  readonly claim: { readonly namespace: string; readonly name: string; readonly uid: string; readonly resourceVersion: string }
  readonly storageClass: string
  readonly request: Omit<CreateVolumeRequest, 'secrets'>
  /** The Secret that the driver needs for it. */
  readonly secret?: SecretReference
  /** The driver says where a volume can be used. */
  readonly usesTopology: boolean
  /** Another node may be chosen when this one has no room. */
  readonly mayReschedule: boolean
  /** Without what only the driver's answer tells. */
  readonly volume: PersistentVolume
}

/** What is wrong with a driver's answer: the volume must not be used. Undefined: nothing. */
export function answerProblem({ request }: VolumeIntent, { capacityBytes, contentSource }: CsiVolume): string | undefined {
  const { requiredBytes } = request.capacityRange
  if (capacityBytes !== 0 && capacityBytes < requiredBytes)
    return `created volume capacity ${capacityBytes} less than requested capacity ${requiredBytes}`
  return request.volumeContentSource !== undefined && contentSource === undefined ? 'volume content source missing' : undefined
}

/** The PersistentVolume of a driver's answer. A capacity of 0 means that the driver does not say it: then it is what was asked for. */
export function volumeOf(intent: VolumeIntent, answer: CsiVolume): PersistentVolume {
  const { volume, request } = intent
  const bytes = answer.capacityBytes === 0 ? request.capacityRange.requiredBytes : answer.capacityBytes
  const affinity = intent.usesTopology ? nodeAffinity(answer.accessibleTopology) : undefined
  return {
    ...volume,
    spec: {
      ...volume.spec,
      capacity: { storage: Quantity.of(BigInt(bytes), 'BinarySI').toString() },
      csi: {
        ...volume.spec.csi!,
        volumeHandle: answer.volumeId,
        volumeAttributes: { ...volume.spec.csi!.volumeAttributes, ...answer.volumeContext },
      },
      ...(affinity === undefined ? {} : { nodeAffinity: affinity }),
    },
  }
}

/** How many bytes a claim asks for. */
export const requestedBytes = (storage: string | undefined): number => Number(quantityOf(storage).value())
