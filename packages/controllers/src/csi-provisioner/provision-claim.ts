import {
  CSINode as CsiNodeKind,
  Node as NodeKind,
  PersistentVolumeClaim as ClaimKind,
  StorageClass as ClassKind,
  VolumeAttributesClass as AttributesClassKind,
} from '@kubetape/api/kinds'
import type { Node, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { CSINode, StorageClass } from '@kubetape/api/types/storage/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import { ifFound } from '@kubetape/client'
import type { CsiDriverInfo } from '@kubetape/csi'
import type { ReconcileContext, ReconcileResult } from '@kubetape/runtime'
import { addFinalizer, removeFinalizer } from '../volume-protection/finalizer-writes.ts'
import { readClaim, readVolume } from '../persistent-volume/live-reads.ts'
import { SELECTED_NODE } from '../persistent-volume/storage-annotations.ts'
import { classNameOf } from '../persistent-volume/storage-class.ts'
import { awaitsClones, BY_SOURCE, isUnprovisioned, provisionerOf } from './claim-keys.ts'
import { type CloneSource, dataSourceOf, isClone } from './clone-source.ts'
import { failureText, finishVolume, type Provisioning, reschedule, resumeVolume } from './finish-volume.ts'
import { CLONE_FINALIZER } from './names.ts'
import { plan, type ProvisionerSettings, volumeNameOf } from './plan.ts'

/** The index that finds the CSINodes that have a driver. */
export const BY_NODE_DRIVER = 'driver'

/** One run for the claims of one key: the one that is there and those that were. */
export async function provisionClaim(
  provisioning: Provisioning,
  settings: ProvisionerSettings,
  key: { readonly namespace: string; readonly name: string },
): Promise<ReconcileResult | void> {
  const { context, intents } = provisioning
  const claim = context.lister<PersistentVolumeClaim>(ClaimKind).get(key.namespace, key.name)
  const steps = intents.without(claim?.metadata.uid).map((intent) => () => resumeVolume(provisioning, intent))
  if (claim !== undefined) {
    const begun = intents.get(claim.metadata.uid)
    if (awaitsClones(claim)) steps.push(() => releaseSource(context, claim))
    if (begun !== undefined) steps.push(() => resumeVolume(provisioning, begun))
    else if (isUnprovisioned(claim)) steps.push(() => beginVolume(provisioning, settings, claim))
  }
  return eachInTurn(steps)
}

/** What one claim waits for is none of the business of the next one of its name: all steps are made, then the first error counts. */
async function eachInTurn(steps: readonly (() => Promise<ReconcileResult | void>)[]): Promise<ReconcileResult | void> {
  const errors: unknown[] = []
  let result: ReconcileResult | undefined
  for (const step of steps) {
    try {
      result = (await step()) ?? result
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
  return result
}

async function beginVolume(
  provisioning: Provisioning,
  settings: ProvisionerSettings,
  seen: Readonly<PersistentVolumeClaim>,
): Promise<void> {
  const { context, drivers } = provisioning
  const driverName = provisionerOf(seen)!
  const driver = context.outside(() => drivers.info(driverName))
  if (driver === undefined) return
  const storageClass = classOf(context, seen)
  if (storageClass.provisioner !== driverName || waitsForConsumer(storageClass, seen)) return
  const claim = await stillUnprovisioned(context, seen)
  if (claim === undefined || waitsForConsumer(storageClass, claim)) return
  const selectedName = claim.metadata.annotations?.[SELECTED_NODE]
  const selectedNode = selectedName ? context.lister<Node>(NodeKind).get('', selectedName) : undefined
  if (selectedName && selectedNode === undefined) {
    await reschedule(context, claim, `node "${selectedName}" not found`, storageClass.metadata.name ?? '')
    return
  }
  const claimKey = `${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''}`
  context.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${claimKey}"`)
  const source = await cloneSourceNow(context, claim)
  const planned = plan(
    {
      claim,
      storageClass,
      driver,
      selectedNode,
      ...nodesOf(context, driver),
      source,
      attributesClass: await attributesClassNow(context, claim),
      identity: `${context.nowMs()}-${context.random.nextUint32() % 10_000}-${driverName}`,
      settings,
    },
    context.gates,
  )
  if (planned.type === 'leave') {
    context.event(claim, 'Normal', 'Provisioning', planned.message)
    return
  }
  if (planned.type === 'fail') {
    const message = failureText(storageClass.metadata.name ?? '', planned.message)
    context.event(claim, 'Warning', 'ProvisioningFailed', message)
    throw new Error(message)
  }
  await protectSource(context, source)
  await finishVolume(provisioning, planned.intent)
}

/**
 * The claim as it is now, if it has no volume yet. An informer may show a claim that has been served, deleted and cleaned up after: its volume is looked for
 * first, so that whoever is late finds either the volume or a claim that is bound or gone.
 */
async function stillUnprovisioned(
  context: ReconcileContext,
  seen: Readonly<PersistentVolumeClaim>,
): Promise<Readonly<PersistentVolumeClaim> | undefined> {
  if ((await readVolume(context.client, volumeNameOf(seen))) !== undefined) return undefined
  const { namespace = '', name = '', uid } = seen.metadata
  const claim = await readClaim(context.client, { namespace, name })
  if (claim === undefined || claim.metadata.uid !== uid) return undefined
  return isUnprovisioned(claim) && provisionerOf(claim) === provisionerOf(seen) ? claim : undefined
}

function classOf({ lister }: ReconcileContext, claim: Readonly<PersistentVolumeClaim>): Readonly<StorageClass> {
  const name = classNameOf(claim)
  const storageClass = lister<StorageClass>(ClassKind).get('', name)
  // Classes can be made anew independently of the claim.
  if (storageClass === undefined) throw new Error(`storageClass ${JSON.stringify(name)} not found`)
  return storageClass
}

const waitsForConsumer = ({ volumeBindingMode }: Readonly<StorageClass>, { metadata }: Readonly<PersistentVolumeClaim>): boolean =>
  volumeBindingMode === 'WaitForFirstConsumer' && !metadata.annotations?.[SELECTED_NODE]

function nodesOf({ lister }: ReconcileContext, driver: CsiDriverInfo): { csiNodes: CSINode[]; nodes: Node[] } {
  if (!driver.pluginCapabilities.includes('VOLUME_ACCESSIBILITY_CONSTRAINTS')) return { csiNodes: [], nodes: [] }
  return { csiNodes: lister<CSINode>(CsiNodeKind).byIndex(BY_NODE_DRIVER, driver.name), nodes: lister<Node>(NodeKind).list() }
}

async function cloneSourceNow(context: ReconcileContext, claim: Readonly<PersistentVolumeClaim>): Promise<CloneSource> {
  if (!isClone(claim)) return { claim: undefined, volume: undefined }
  const source = context.lister<PersistentVolumeClaim>(ClaimKind).get(claim.metadata.namespace ?? '', dataSourceOf(claim)!.name)
  const { volumeName } = source?.spec ?? {}
  return { claim: source, volume: volumeName ? await readVolume(context.client, volumeName) : undefined }
}

async function attributesClassNow(
  { client, gates }: ReconcileContext,
  { spec }: Readonly<PersistentVolumeClaim>,
): Promise<VolumeAttributesClass | undefined> {
  const name = spec?.volumeAttributesClassName
  if (!name || !gates.enabled('VolumeAttributesClass')) return undefined
  return ifFound(client.get(AttributesClassKind, { name }))
}

/** Keeps a claim for as long as another one is made from it. */
async function protectSource({ client }: ReconcileContext, { claim }: CloneSource): Promise<void> {
  if (claim !== undefined && !claim.metadata.finalizers?.includes(CLONE_FINALIZER))
    await addFinalizer(client, ClaimKind, claim, CLONE_FINALIZER)
}

async function releaseSource({ client, lister }: ReconcileContext, claim: Readonly<PersistentVolumeClaim>): Promise<void> {
  const { namespace = '', name = '' } = claim.metadata
  const clones = lister<PersistentVolumeClaim>(ClaimKind).byIndex(BY_SOURCE, `${namespace}/${name}`)
  if (clones.length === 0) await removeFinalizer(client, ClaimKind, claim, CLONE_FINALIZER)
}
