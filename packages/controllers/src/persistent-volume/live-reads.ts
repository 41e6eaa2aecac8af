import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { type Client, ifFound } from '@kubetape/client'

/**
 * Whether nobody needs the volume any more: it refers to a claim, by uid, that does not exist or is bound to another volume. The claim is read from the
 * API server, never from an informer: one that lags would cost somebody's data.
 */
export async function isReleased({ metadata, spec }: Readonly<PersistentVolume>, client: Client): Promise<boolean> {
  const { uid, namespace = '', name = '' } = spec?.claimRef ?? {}
  if (!uid) return false
  const claim = await readClaim(client, { namespace, name })
  if (claim?.metadata.uid !== uid) return true
  const bound = claim.spec?.volumeName
  return bound !== undefined && bound !== '' && bound !== metadata.name
}

/** The claim as it is; undefined when there is none. */
export function readClaim(
  client: Client,
  name: { readonly namespace: string; readonly name: string },
): Promise<Readonly<PersistentVolumeClaim> | undefined> {
  return ifFound(client.get<PersistentVolumeClaim>(ClaimKind, name))
}

/** The volume as it is; undefined when there is none. */
export function readVolume(client: Client, name: string): Promise<Readonly<PersistentVolume> | undefined> {
  return ifFound(client.get<PersistentVolume>(VolumeKind, { name }))
}
