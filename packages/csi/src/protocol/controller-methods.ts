import type {
  ControllerExpandVolumeRequest,
  ControllerModifyVolumeRequest,
  ControllerPublishVolumeRequest,
  CreateVolumeRequest,
  CsiDriver,
  CsiParameters,
  CsiVolume,
} from '../csi-driver.ts'
import { type Codec, type CsiMethod, nothing } from './codec.ts'
import {
  capacityAnswer,
  capacityRequest,
  getVolumeAnswer,
  getVolumeRequest,
  listAnswer,
  listRequest,
  validateAnswer,
  validateRequest,
} from './controller-questions.ts'
import { CsiMessageError } from './message-error.ts'
import { type Maps, maps } from './parameter-maps.ts'
import {
  decodeCapability,
  decodeRange,
  decodeSource,
  decodeTopology,
  decodeVolume,
  encodeCapability,
  encodeRange,
  encodeSource,
  encodeVolume,
  given,
  required,
  sizeOf,
  someCapabilities,
} from './parts.ts'
import type { WireCapability, WireRange, WireSize, WireSource, WireTopology, WireVolume } from './wire.ts'

type Request<M extends Exclude<keyof CsiDriver, 'info'>> = Parameters<CsiDriver[M]>[0]
type Answer<M extends Exclude<keyof CsiDriver, 'info'>> = Awaited<ReturnType<CsiDriver[M]>>
type WithCapability = { readonly volumeCapability?: WireCapability | null }

interface WireCreate extends Maps {
  readonly name?: string
  readonly capacityRange?: WireRange | null
  readonly volumeCapabilities?: readonly WireCapability[]
  readonly volumeContentSource?: WireSource | null
  readonly accessibilityRequirements?: { readonly requisite?: readonly WireTopology[]; readonly preferred?: readonly WireTopology[] } | null
}

const createVolumeRequest: Codec<CreateVolumeRequest> = {
  encode: ({ capacityRange, volumeCapabilities, volumeContentSource, ...rest }) => ({
    ...rest,
    capacityRange: encodeRange(capacityRange),
    volumeCapabilities: volumeCapabilities.map(encodeCapability),
    ...(volumeContentSource === undefined ? {} : { volumeContentSource: encodeSource(volumeContentSource) }),
  }),
  decode(wire: WireCreate) {
    const { requisite = [], preferred = [] } = wire.accessibilityRequirements ?? {}
    return {
      name: required('name', wire.name),
      capacityRange: decodeRange(wire.capacityRange),
      volumeCapabilities: someCapabilities(wire.volumeCapabilities),
      ...maps(wire),
      ...(wire.volumeContentSource ? { volumeContentSource: decodeSource(wire.volumeContentSource) } : {}),
      ...(wire.accessibilityRequirements
        ? { accessibilityRequirements: { requisite: requisite.map(decodeTopology), preferred: preferred.map(decodeTopology) } }
        : {}),
    }
  },
}

const createVolumeAnswer: Codec<CsiVolume> = {
  encode: (volume) => ({ volume: encodeVolume(volume) }),
  decode: (wire: { volume?: WireVolume | null }) => decodeVolume(wire.volume),
}

const deleteVolumeRequest: Codec<Request<'deleteVolume'>> = {
  encode: (request) => request,
  decode: (wire: { volumeId?: string; secrets?: CsiParameters }) => ({
    volumeId: required('volume_id', wire.volumeId),
    ...given('secrets', wire.secrets),
  }),
}

const publishRequest: Codec<ControllerPublishVolumeRequest> = {
  encode: (request) => ({ ...request, volumeCapability: encodeCapability(request.volumeCapability) }),
  decode: (wire: Maps & WithCapability & { volumeId?: string; nodeId?: string; readonly?: boolean }) => ({
    volumeId: required('volume_id', wire.volumeId),
    nodeId: required('node_id', wire.nodeId),
    volumeCapability: decodeCapability(wire.volumeCapability),
    readonly: wire.readonly ?? false,
    ...maps(wire),
  }),
}

const publishAnswer: Codec<Answer<'controllerPublishVolume'>> = {
  encode: (answer) => answer,
  decode: (wire: { publishContext?: CsiParameters }) => ({ publishContext: wire.publishContext ?? {} }),
}

const unpublishRequest: Codec<Request<'controllerUnpublishVolume'>> = {
  encode: (request) => request,
  // The protocol allows no node: from all of them.
  decode: (wire: { volumeId?: string; nodeId?: string; secrets?: CsiParameters }) => ({
    volumeId: required('volume_id', wire.volumeId),
    nodeId: wire.nodeId ?? '',
    ...given('secrets', wire.secrets),
  }),
}

const expandRequest: Codec<ControllerExpandVolumeRequest> = {
  encode: ({ volumeCapability, ...request }) => ({
    ...request,
    capacityRange: encodeRange(request.capacityRange),
    ...(volumeCapability === undefined ? {} : { volumeCapability: encodeCapability(volumeCapability) }),
  }),
  decode(wire: Maps & WithCapability & { volumeId?: string; capacityRange?: WireRange | null }) {
    if (!wire.capacityRange) throw new CsiMessageError('capacity_range is missing')
    return {
      volumeId: required('volume_id', wire.volumeId),
      capacityRange: decodeRange(wire.capacityRange),
      ...(wire.volumeCapability ? { volumeCapability: decodeCapability(wire.volumeCapability) } : {}),
      ...given('secrets', wire.secrets),
    }
  },
}

const expandAnswer: Codec<Answer<'controllerExpandVolume'>> = {
  encode: (answer) => ({ ...answer, capacityBytes: sizeOf('capacity_bytes', answer.capacityBytes) }),
  decode: (wire: { capacityBytes?: WireSize; nodeExpansionRequired?: boolean }) => ({
    capacityBytes: sizeOf('capacity_bytes', wire.capacityBytes),
    nodeExpansionRequired: wire.nodeExpansionRequired ?? false,
  }),
}

const modifyRequest: Codec<ControllerModifyVolumeRequest> = {
  encode: (request) => request,
  decode(wire: Maps & { volumeId?: string }) {
    const { mutableParameters = {}, secrets } = wire
    if (Object.keys(mutableParameters).length === 0) throw new CsiMessageError('mutable_parameters is missing')
    return { volumeId: required('volume_id', wire.volumeId), mutableParameters, ...given('secrets', secrets) }
  },
}

const method = <R, A>(rpc: string, request: Codec<R>, answer: Codec<A>): CsiMethod<R, A> => ({
  service: 'Controller',
  rpc,
  request,
  answer,
})

/** The Controller service, by our names. */
export const controllerMethods = {
  createVolume: method('CreateVolume', createVolumeRequest, createVolumeAnswer),
  deleteVolume: method('DeleteVolume', deleteVolumeRequest, nothing),
  controllerPublishVolume: method('ControllerPublishVolume', publishRequest, publishAnswer),
  controllerUnpublishVolume: method('ControllerUnpublishVolume', unpublishRequest, nothing),
  controllerExpandVolume: method('ControllerExpandVolume', expandRequest, expandAnswer),
  controllerModifyVolume: method('ControllerModifyVolume', modifyRequest, nothing),
  listVolumes: method('ListVolumes', listRequest, listAnswer),
  getCapacity: method('GetCapacity', capacityRequest, capacityAnswer),
  validateVolumeCapabilities: method('ValidateVolumeCapabilities', validateRequest, validateAnswer),
  controllerGetVolume: method('ControllerGetVolume', getVolumeRequest, getVolumeAnswer),
}
