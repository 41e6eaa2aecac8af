import { PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { TerminalError, type ReconcileContext } from '@kubetape/runtime'
import { EVENT_SOURCE } from './event-source.ts'
import { STORAGE_PROVISIONERS } from './storage-annotations.ts'
import { classNameOf } from './storage-class.ts'

/** Who is to make a volume for a claim. */
export type Provisioner =
  /** A program of its own, which reads the claim's annotations. */
  | { readonly type: 'external'; readonly name: string }
  /** Nobody can, and why. */
  | { readonly type: 'none'; readonly message: string }

/** Finds who serves a claim's class. Names of `kubernetes.io/` are plugins of this program; all others are programs of their own. */
export function provisionerFor(claim: Readonly<PersistentVolumeClaim>, storageClass: Readonly<StorageClass> | undefined): Provisioner {
  if (storageClass === undefined)
    return { type: 'none', message: `storageclass.storage.k8s.io ${JSON.stringify(classNameOf(claim))} not found` }
  const { provisioner } = storageClass
  if (provisioner.startsWith('kubernetes.io/')) return { type: 'none', message: `no volume plugin matched name: ${provisioner}` }
  return { type: 'external', name: provisioner }
}

/** Gets a volume made for a claim that nothing fits. An external provisioner is asked by annotations, and everybody who waits is told so. */
export async function provisionClaim(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  { client, event }: ReconcileContext,
): Promise<void> {
  const provisioner = provisionerFor(claim, storageClass)
  if (provisioner.type === 'none') {
    event(claim, 'Warning', 'ProvisioningFailed', provisioner.message, EVENT_SOURCE)
    throw new TerminalError(provisioner.message)
  }
  const asked = askedOf(claim, provisioner.name)
  const now = asked === claim ? claim : await client.update<PersistentVolumeClaim>(ClaimKind, asked)
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner.name}' or manually by the system administrator. ` +
    'If volume creation is delayed, please verify that the provisioner is running and correctly registered.'
  event(now, 'Normal', 'ExternalProvisioning', message, EVENT_SOURCE)
}

/** The claim with the annotations that an external provisioner waits for; the very same where it has them. */
function askedOf(claim: PersistentVolumeClaim, name: string): PersistentVolumeClaim {
  const { annotations } = claim.metadata
  if (STORAGE_PROVISIONERS.every((key) => annotations?.[key] === name)) return claim
  const asked = Object.fromEntries(STORAGE_PROVISIONERS.map((key) => [key, name]))
  return { ...claim, metadata: { ...claim.metadata, annotations: { ...annotations, ...asked } } }
}
