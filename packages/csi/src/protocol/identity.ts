import type { CsiDriverInfo } from '../csi-driver.ts'
import { required } from './parts.ts'

interface WireType {
  readonly type?: string
}
interface WirePluginCapability {
  readonly service?: WireType | null
  readonly volumeExpansion?: WireType | null
}
interface WireRpcCapability {
  readonly rpc?: WireType | null
}

const EXPANSION = 'EXPANSION_'

/** `EXPANSION_ONLINE` and the like are another kind of capability than services. */
export function encodePluginCapabilities({ pluginCapabilities }: CsiDriverInfo): { capabilities: WirePluginCapability[] } {
  return {
    capabilities: pluginCapabilities.map((one) =>
      one.startsWith(EXPANSION) ? { volumeExpansion: { type: one.slice(EXPANSION.length) } } : { service: { type: one } },
    ),
  }
}

export function decodePluginCapabilities({ capabilities = [] }: { capabilities?: readonly WirePluginCapability[] }): string[] {
  return capabilities.flatMap(({ service, volumeExpansion }) => [
    ...known(service?.type),
    ...known(volumeExpansion?.type).map((type) => `${EXPANSION}${type}`),
  ])
}

export function encodeRpcCapabilities(types: readonly string[]): { capabilities: WireRpcCapability[] } {
  return { capabilities: types.map((type) => ({ rpc: { type } })) }
}

export function decodeRpcCapabilities({ capabilities = [] }: { capabilities?: readonly WireRpcCapability[] }): string[] {
  return capabilities.flatMap(({ rpc }) => known(rpc?.type))
}

/** Drivers of later versions of the protocol can do what we have no name for. */
function known(type: string | number | undefined): string[] {
  return typeof type === 'string' && type !== 'UNKNOWN' ? [type] : []
}

export function decodePluginInfo(wire: { name?: string; vendorVersion?: string }): Pick<CsiDriverInfo, 'name' | 'vendorVersion'> {
  return { name: required('name', wire.name), vendorVersion: wire.vendorVersion ?? '' }
}

/** A driver that does not say is ready. */
export function decodeReady({ ready }: { ready?: { readonly value?: boolean } | null }): boolean {
  return ready === null || ready === undefined || ready.value === true
}
