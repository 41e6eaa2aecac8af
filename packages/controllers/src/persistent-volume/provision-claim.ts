import { Node as NodeKind, PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { Node, PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { isAlreadyExists, StatusError } from '@kubetape/apimachinery'
import type { ReconcileContext } from '@kubetape/runtime'
import { EVENT_SOURCE } from './event-source.ts'
import type { InTreeOptions } from './in-tree-plugins.ts'
import { readClaim, readVolume } from './live-reads.ts'
import { afterFailure, isPostponed, type OperationBackOff } from './operation-back-off.ts'
import {
  askingProvisioner,
  classRefusal,
  provisionedName,
  provisionedVolume,
  provisionerOf,
  reclaimPolicyOf,
  sourceRefusal,
} from './provision-plan.ts'
import { SELECTED_NODE } from './storage-annotations.ts'
import { classNameOf } from './storage-class.ts'
import type { UnfinishedStorage } from './unfinished-storage.ts'
import type { VolumePlugin } from './volume-plugin.ts'

/**
 * Asks for a volume for a claim that needs one: makes it here where the class names a plugin in tree, else asks whoever the class names. Failures are
 * told in an event of the claim and tried again at a later sync, in the rhythm of the state that is answered: keep it, and give it with the next call.
 *
 * The claim is read from the API server before anything is made for it, so a claim that is gone, bound, or another one of the same name gets nothing.
 */
export async function provisionClaim(
  claim: Readonly<PersistentVolumeClaim>,
  storageClass: Readonly<StorageClass> | undefined,
  inTree: Required<InTreeOptions>,
  context: ReconcileContext,
  state: OperationBackOff | undefined,
): Promise<OperationBackOff | undefined> {
  if (storageClass === undefined) {
    failed(claim, `storageclass.storage.k8s.io "${classNameOf(claim)}" not found`, context)
    return state
  }
  const provisioner = provisionerOf(storageClass, inTree.plugins, context.gates)
  if (provisioner.type === 'none') {
    failed(claim, provisioner.message, context)
    return state
  }
  const { namespace = '', name = '', uid = '' } = claim.metadata
  const operation = `provision-${namespace}/${name}[${uid}]`
  if (isPostponed(state, operation, context.nowMs())) return state
  const isDone =
    provisioner.type === 'external'
      ? await askExternally(claim, provisioner.name, context)
      : await provisionHere(claim, storageClass, provisioner.plugin, inTree.unfinished, context)
  return isDone ? undefined : afterFailure(state, operation, context.nowMs())
}

function failed(claim: Readonly<PersistentVolumeClaim>, message: string, { event }: ReconcileContext): false {
  event(claim, 'Warning', 'ProvisioningFailed', message, EVENT_SOURCE)
  return false
}

async function askExternally(seen: Readonly<PersistentVolumeClaim>, name: string, context: ReconcileContext): Promise<boolean> {
  let claim = seen
  try {
    claim = await ask(seen, name, context)
  } catch (error) {
    return failed(seen, `Error saving claim: ${(error as Error).message}`, context)
  }
  const message = [
    `Waiting for a volume to be created either by the external provisioner '${name}' or manually by the system administrator.`,
    'If volume creation is delayed, please verify that the provisioner is running and correctly registered.',
  ].join(' ')
  context.event(claim, 'Normal', 'ExternalProvisioning', message, EVENT_SOURCE)
  return true
}

/** Marks the claim with who is to make its volume; answers it as it is then. */
async function ask(
  claim: Readonly<PersistentVolumeClaim>,
  name: string,
  { client, gates }: ReconcileContext,
): Promise<Readonly<PersistentVolumeClaim>> {
  const asking = askingProvisioner(claim, name, gates)
  return asking === undefined ? claim : client.update<PersistentVolumeClaim>(ClaimKind, asking)
}

/** Answers false when it is to be tried again. */
async function provisionHere(
  seen: Readonly<PersistentVolumeClaim>,
  storageClass: Readonly<StorageClass>,
  plugin: VolumePlugin,
  unfinished: UnfinishedStorage,
  context: ReconcileContext,
): Promise<boolean> {
  const refused = sourceRefusal(seen, plugin)
  if (refused !== undefined) return failed(seen, refused, context)
  const latest = await readClaim(context.client, { namespace: seen.metadata.namespace ?? '', name: seen.metadata.name ?? '' })
  if (latest === undefined || latest.metadata.uid !== seen.metadata.uid || latest.spec?.volumeName) return true
  const claim = await ask(latest, plugin.name, context)
  if ((await readVolume(context.client, provisionedName(claim.metadata.uid ?? ''))) !== undefined) return true
  const wrong = classRefusal(storageClass)
  if (wrong !== undefined) return failed(claim, wrong, context)
  const disabled = context.outside(() => plugin.provisioner!.refusal() ?? null)
  if (disabled !== null) return failed(claim, `Failed to create provisioner: ${disabled}`, context)
  const nodeName = claim.metadata.annotations?.[SELECTED_NODE]
  if (nodeName !== undefined && context.lister<Node>(NodeKind).get('', nodeName) === undefined)
    return failed(claim, `Failed to get target node: node "${nodeName}" not found`, context)
  return make(claim, storageClass, plugin, unfinished, context)
}

async function make(
  claim: Readonly<PersistentVolumeClaim>,
  storageClass: Readonly<StorageClass>,
  plugin: VolumePlugin,
  unfinished: UnfinishedStorage,
  context: ReconcileContext,
): Promise<boolean> {
  const uid = claim.metadata.uid ?? ''
  let volume: PersistentVolume
  try {
    const provision = plugin.provisioner!.provision(claim, reclaimPolicyOf(storageClass))
    volume = provisionedVolume(claim, storageClass, plugin, provision, context.gates)
    unfinished.begin(provision.intent)
    await context.call(provision.call.call, provision.call.perform)
  } catch (error) {
    unfinished.leave(uid)
    await chooseAnotherNode(claim, context)
    return failed(
      claim,
      `Failed to provision volume with StorageClass "${storageClass.metadata.name}": ${(error as Error).message}`,
      context,
    )
  }
  try {
    if (!(await save(claim, volume, plugin, context))) return false
    unfinished.end(uid)
  } finally {
    unfinished.leave(uid)
  }
  context.event(
    claim,
    'Normal',
    'ProvisioningSucceeded',
    `Successfully provisioned volume ${volume.metadata.name} using ${plugin.name}`,
    EVENT_SOURCE,
  )
  return true
}

/** Answers false when the server does not want the volume, and its storage is gone again or must be deleted by hand. */
async function save(
  claim: Readonly<PersistentVolumeClaim>,
  volume: PersistentVolume,
  plugin: VolumePlugin,
  context: ReconcileContext,
): Promise<boolean> {
  try {
    await context.client.create<PersistentVolume>(VolumeKind, volume)
    return true
  } catch (error) {
    if (isAlreadyExists(error)) return true
    if (!isRefused(error)) throw error
    return undo(claim, volume, plugin, error, context)
  }
}

/**
 * Whether the server has looked at the volume and does not want it. Where there was no answer, or one that says to come again, the volume may be there
 * or may be yet: the run is tried again and finds the same storage.
 */
function isRefused(error: unknown): error is StatusError {
  return error instanceof StatusError && error.httpCode >= 400 && error.httpCode < 500 && error.httpCode !== 429
}

/** The scheduler may try it with another node. */
async function chooseAnotherNode({ metadata, ...rest }: Readonly<PersistentVolumeClaim>, { client, log }: ReconcileContext): Promise<void> {
  const { [SELECTED_NODE]: node, ...annotations } = metadata.annotations ?? {}
  if (node === undefined) return
  try {
    await client.update<PersistentVolumeClaim>(ClaimKind, { ...rest, metadata: { ...metadata, annotations } })
  } catch (error) {
    log.debug('the node selected for a claim could not be taken back', { node, error: (error as Error).message })
  }
}

/** The storage is there, and no volume to tell of it: it must not stay. */
async function undo(
  claim: Readonly<PersistentVolumeClaim>,
  volume: Readonly<PersistentVolume>,
  plugin: VolumePlugin,
  error: StatusError,
  context: ReconcileContext,
): Promise<false> {
  const key = `${claim.metadata.namespace}/${claim.metadata.name}`
  failed(claim, `Error creating provisioned PV object for claim ${key}: ${error.message}. Deleting the volume.`, context)
  try {
    const { call, perform } = plugin.deletion!(volume)
    await context.call(call, perform)
  } catch (failure) {
    const message = `Error cleaning provisioned volume for claim ${key}: ${(failure as Error).message}. Please delete manually.`
    context.event(claim, 'Warning', 'ProvisioningCleanupFailed', message, EVENT_SOURCE)
  }
  return false
}
