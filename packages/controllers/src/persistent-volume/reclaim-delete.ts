import { PersistentVolume as VolumeKind } from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import { isNotFound } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { ReconcileContext } from '@kubetape/runtime'
import { isReleased, readVolume } from './live-reads.ts'
import { MIGRATED_TO, PROVISIONED_BY } from './storage-annotations.ts'
import { IN_TREE_FINALIZER, IN_TREE_PREFIX } from './volume-finalizers.ts'
import { failVolume } from './volume-phase.ts'
import { pluginNamed, pluginOf, type VolumePlugin } from './volume-plugin.ts'

/**
 * The plugin that deletes the volume's storage: the one that made it, else the one whose storage it is; undefined where somebody outside does (a CSI
 * driver, an external provisioner). Throws an Error, for users, where nobody can.
 */
export function deleterOf(volume: Readonly<PersistentVolume>, plugins: readonly VolumePlugin[], gates: Gates): VolumePlugin | undefined {
  const provisioner = volume.metadata.annotations?.[PROVISIONED_BY]
  if (provisioner) {
    const isKnown = plugins.some((plugin) => plugin.name === provisioner)
    return isKnown || provisioner.startsWith(IN_TREE_PREFIX) ? deletable(pluginNamed(plugins, provisioner)) : undefined
  }
  const isMigrated = volume.metadata.annotations?.[MIGRATED_TO] !== undefined
  if (gates.enabled('HonorPVReclaimPolicy') && (isMigrated || volume.spec?.csi !== undefined)) return undefined
  try {
    return deletable(pluginOf(plugins, volume))
  } catch (error) {
    throw new Error(`error getting deleter volume plugin for volume "${volume.metadata.name}": ${(error as Error).message}`, {
      cause: error,
    })
  }
}

function deletable(plugin: VolumePlugin): VolumePlugin {
  if (plugin.deletion === undefined) throw new Error('no deletable volume plugin matched')
  return plugin
}

/**
 * Deletes the storage of a volume with policy Delete that nobody needs any more, then the volume. Answers false when the storage could not be deleted:
 * the volume is Failed then and says why. Volume and claim are read from the API server first, and nothing is done where either says otherwise by now.
 * May be repeated at any point.
 */
export async function deleteReleased(
  seen: Readonly<PersistentVolume>,
  plugins: readonly VolumePlugin[],
  context: ReconcileContext,
): Promise<boolean> {
  const { client, gates } = context
  const volume = await readVolume(client, seen.metadata.name ?? '')
  if (volume === undefined || volume.metadata.uid !== seen.metadata.uid || volume.spec?.persistentVolumeReclaimPolicy !== 'Delete')
    return true
  // Without the gate a volume that somebody deletes before its claim takes the knowledge of its storage with it: upstream's old leak.
  if (!gates.enabled('HonorPVReclaimPolicy') && volume.metadata.deletionTimestamp !== undefined) return true
  if (!(await isReleased(volume, client))) return true
  try {
    const plugin = deleterOf(volume, plugins, gates)
    if (plugin === undefined) return true
    const { call, perform } = plugin.deletion!(volume)
    await context.call(call, perform)
  } catch (error) {
    await failVolume(volume, 'VolumeFailedDelete', (error as Error).message, context)
    return false
  }
  await removeVolume(volume, context)
  return true
}

/** The storage is gone: so may the volume. */
async function removeVolume(volume: Readonly<PersistentVolume>, { client, gates }: ReconcileContext): Promise<void> {
  const name = volume.metadata.name ?? ''
  if (gates.enabled('HonorPVReclaimPolicy')) {
    const latest = await readVolume(client, name)
    if (latest === undefined || latest.metadata.uid !== volume.metadata.uid) return
    if (latest.metadata.finalizers?.includes(IN_TREE_FINALIZER)) {
      const finalizers = latest.metadata.finalizers.filter((one) => one !== IN_TREE_FINALIZER)
      await client.update<PersistentVolume>(VolumeKind, { ...latest, metadata: { ...latest.metadata, finalizers } })
    }
  }
  try {
    await client.delete(VolumeKind, { name }, { preconditions: { uid: volume.metadata.uid ?? '' } })
  } catch (error) {
    // It was being deleted already, and nothing else held it.
    if (!isNotFound(error)) throw error
  }
}
