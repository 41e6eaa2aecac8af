import type { CsiDriver, CsiVolumePage, GetCapacityRequest } from '../csi-driver.ts'
import type { ValidateVolumeCapabilitiesAnswer, ValidateVolumeCapabilitiesRequest } from '../csi-driver-handlers.ts'
import type { Codec } from './codec.ts'
import { type Maps, maps } from './parameter-maps.ts'
import {
  type CsiVolumeEntry,
  decodeCapability,
  decodeEntry,
  decodeTopology,
  encodeCapability,
  encodeEntry,
  given,
  required,
  sizeOf,
  someCapabilities,
} from './parts.ts'
import type { WireCapability, WireEntry, WireSize, WireTopology } from './wire.ts'

export const listRequest: Codec<Parameters<CsiDriver['listVolumes']>[0]> = {
  encode: (request) => ({ ...request, maxEntries: sizeOf('max_entries', request.maxEntries) }),
  decode(wire: { maxEntries?: number; startingToken?: string }) {
    const maxEntries = sizeOf('max_entries', wire.maxEntries)
    return { ...(maxEntries === 0 ? {} : { maxEntries }), ...given('startingToken', wire.startingToken) }
  },
}

export const listAnswer: Codec<CsiVolumePage> = {
  encode: ({ entries, nextToken }) => ({ entries: entries.map(encodeEntry), nextToken }),
  decode: (wire: { entries?: readonly WireEntry[]; nextToken?: string }) => ({
    entries: (wire.entries ?? []).map(decodeEntry),
    nextToken: wire.nextToken ?? '',
  }),
}

export const capacityRequest: Codec<GetCapacityRequest> = {
  encode: ({ volumeCapabilities = [], ...request }) => ({ ...request, volumeCapabilities: volumeCapabilities.map(encodeCapability) }),
  decode(wire: Maps & { volumeCapabilities?: readonly WireCapability[]; accessibleTopology?: WireTopology | null }) {
    const { volumeCapabilities = [], accessibleTopology, parameters } = wire
    return {
      ...(volumeCapabilities.length === 0 ? {} : { volumeCapabilities: volumeCapabilities.map(decodeCapability) }),
      ...given('parameters', parameters),
      ...(accessibleTopology ? { accessibleTopology: decodeTopology(accessibleTopology) } : {}),
    }
  },
}

type WireBound = { readonly value?: WireSize } | null

export const capacityAnswer: Codec<Awaited<ReturnType<CsiDriver['getCapacity']>>> = {
  encode: ({ availableCapacity, maximumVolumeSize, minimumVolumeSize }) => ({
    availableCapacity: sizeOf('available_capacity', availableCapacity),
    ...(maximumVolumeSize === undefined ? {} : { maximumVolumeSize: { value: sizeOf('maximum_volume_size', maximumVolumeSize) } }),
    ...(minimumVolumeSize === undefined ? {} : { minimumVolumeSize: { value: sizeOf('minimum_volume_size', minimumVolumeSize) } }),
  }),
  decode: (wire: { availableCapacity?: WireSize; maximumVolumeSize?: WireBound; minimumVolumeSize?: WireBound }) => ({
    availableCapacity: sizeOf('available_capacity', wire.availableCapacity),
    ...(wire.maximumVolumeSize ? { maximumVolumeSize: sizeOf('maximum_volume_size', wire.maximumVolumeSize.value) } : {}),
    ...(wire.minimumVolumeSize ? { minimumVolumeSize: sizeOf('minimum_volume_size', wire.minimumVolumeSize.value) } : {}),
  }),
}

type WireValidate = Maps & { readonly volumeId?: string; readonly volumeCapabilities?: readonly WireCapability[] }

export const validateRequest: Codec<ValidateVolumeCapabilitiesRequest> = {
  encode: (request) => ({ ...request, volumeCapabilities: request.volumeCapabilities.map(encodeCapability) }),
  decode: (wire: WireValidate) => ({
    volumeId: required('volume_id', wire.volumeId),
    volumeCapabilities: someCapabilities(wire.volumeCapabilities),
    ...maps(wire),
  }),
}

export const validateAnswer: Codec<ValidateVolumeCapabilitiesAnswer> = {
  encode: ({ confirmed, message }) => ({
    ...(confirmed === undefined
      ? {}
      : { confirmed: { ...confirmed, volumeCapabilities: confirmed.volumeCapabilities.map(encodeCapability) } }),
    ...given('message', message),
  }),
  decode: ({ confirmed, message }: { confirmed?: WireValidate | null; message?: string }) => ({
    ...(confirmed
      ? { confirmed: { ...maps(confirmed), volumeCapabilities: (confirmed.volumeCapabilities ?? []).map(decodeCapability) } }
      : {}),
    ...given('message', message),
  }),
}

export const getVolumeRequest: Codec<{ readonly volumeId: string }> = {
  encode: (request) => request,
  decode: (wire: { volumeId?: string }) => ({ volumeId: required('volume_id', wire.volumeId) }),
}

export const getVolumeAnswer: Codec<CsiVolumeEntry> = { encode: encodeEntry, decode: decodeEntry }
