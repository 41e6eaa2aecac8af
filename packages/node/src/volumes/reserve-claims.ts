import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { isConflict, isNotFound } from '@kubetape/apimachinery'
import type { ReconcileContext } from '@kubetape/runtime'
import { type ClaimChoice, SELECTED_NODE } from './volume-needs.ts'

/** Asks for what a Pod's claims need on its node: gives them volumes, or says for which node somebody is to make them. */
export async function reserveClaims(node: string, choices: readonly ClaimChoice[], context: ReconcileContext): Promise<void> {
  for (const { claim, volume } of choices) {
    try {
      if (volume === undefined) await select(claim, node, context)
      else await give(volume, claim, context)
    } catch (error) {
      // Changed or gone meanwhile: its event leads to another look.
      if (!isNotFound(error) && !isConflict(error)) throw error
    }
  }
}

async function select({ metadata }: PersistentVolumeClaim, node: string, { client }: ReconcileContext): Promise<void> {
  const { namespace = '', name = '', uid, resourceVersion } = metadata
  const body = { metadata: { uid, resourceVersion, annotations: { [SELECTED_NODE]: node } } }
  await client.patch<PersistentVolumeClaim>(ClaimKind, { namespace, name }, { type: 'merge', body })
}

async function give({ metadata }: PersistentVolume, claim: PersistentVolumeClaim, { client }: ReconcileContext): Promise<void> {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion }
  const body = {
    metadata: {
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' },
    },
    spec: { claimRef },
  }
  await client.patch<PersistentVolume>(VolumeKind, { name: metadata.name ?? '' }, { type: 'merge', body })
}
