import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { isConflict, isNotFound, type Kind, type KubeObject, objectKey, quantityOf } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { type CsiDriverInfo, type CsiDrivers, CsiError, jointAccessModeOf, rpcErrorText, volumeCapabilityOf } from '@kubetape/csi'
import type { IndexFunctions, StoreChange } from '@kubetape/informers'
import {
  type Controller,
  exponentialRateLimiter,
  type KindLookup,
  type RateLimiter,
  type ReconcileContext,
  type ReconcileResult,
  type Watch,
} from '@kubetape/runtime'
import { BY_CLAIM, claimsOf, usesClaim } from '../claim-protection/claim-use.ts'
import { secretsOf } from '../csi-provisioner/secrets.ts'
import { volumeHandleOf } from '../csi-provisioner/volume-handle.ts'
import { awaitsNode, capacityOf, isOf, requestOf, RESIZER_ANNOTATION, wantsMore } from '../volume-expand/claim-size.ts'
import { migratedPlugin } from '../volume-expand/migrated-plugin.ts'
import { recordAnswer, writeStatus } from './claim-writes.ts'
import { BY_DRIVER, driverSources, driversOf } from './claims-of-drivers.ts'
import { type Expanded, expandedClaim, expandedVolume, failedExpansion, sizeAfter } from './expand-outcome.ts'
import { type ExpandMemory, type ExpandPlan, planExpansion } from './expand-plan.ts'

export interface CsiResizerOptions {
  /** The drivers that are connected; those that can expand volumes are asked to. */
  readonly drivers: CsiDrivers
}

/** external-resizer's --workers. */
export const CONCURRENT_CLAIMS = 10
/** external-resizer's --retry-interval-start and --retry-interval-max. */
export const retryLimiter = (): RateLimiter<string> => exponentialRateLimiter<string>({ baseMs: 1000, maxMs: 300_000 })

/** What a run needs to know of the driver of a volume. */
interface Expander {
  readonly by: 'controller' | 'node'
  readonly capabilities: readonly string[]
}

/**
 * Expands CSI volumes whose claims ask for more, with every connected driver that can (KEP-556; the part of external-resizer that expands). What a
 * caller may rely on:
 *
 * - A driver is asked again until it has answered, and after a crash between its answer and the write of it; nothing else makes it be asked twice.
 * - Claims of drivers that are not connected, or cannot expand, are left alone.
 */
export function csiResizerController({ drivers }: CsiResizerOptions): Controller {
  const claims: Watch<PersistentVolumeClaim> = { kind: ClaimKind, map: keysToExpand, predicate: undefined, delayMs: undefined }
  return {
    name: 'csi-resizer',
    kind: ClaimKind,
    watches: [claims as unknown as Watch],
    reads: [VolumeKind, PodKind],
    indexes: new Map<Kind, IndexFunctions<KubeObject>>([
      [VolumeKind, { [BY_DRIVER]: driversOf }],
      [PodKind, { [BY_CLAIM]: claimsOf as unknown as (object: KubeObject) => readonly string[] }],
    ]),
    sources: driverSources(drivers, wantsMore),
    options: { concurrencyMax: CONCURRENT_CLAIMS, rateLimiter: retryLimiter },
    reconcile: ({ namespace, name }, context) => reconcile(drivers, namespace, name, context),
  }
}

/** What is asked for, or given, is another amount; or somebody else is to expand it. What is written here wakes nobody: a driver that fails gets its back-off. */
function keysToExpand({ type, object, previous }: StoreChange<PersistentVolumeClaim>, lookup: KindLookup): string[] {
  if (type === 'deleted' || object.status?.phase !== 'Bound') return []
  const says = (claim: PersistentVolumeClaim): string =>
    JSON.stringify([claim.status?.phase, requestOf(claim), capacityOf(claim), claim.metadata.annotations?.[RESIZER_ANNOTATION]])
  if (previous !== undefined && says(object) === says(previous)) return []
  if (wantsMore(object)) return [objectKey(object)]
  const volume = lookup<PersistentVolume>(VolumeKind).get(object.spec?.volumeName ?? '')
  return volume !== undefined && driversOf(volume).length > 0 && awaitsNode(volume) ? [objectKey(object)] : []
}

/** The driver of a volume; of one of a plugin that has become a driver, when kube-controller-manager has left the claim to it. */
function expandingDriver({ metadata }: PersistentVolumeClaim, volume: PersistentVolume, gates: Gates): string | undefined {
  if (volume.spec?.csi !== undefined) return volume.spec.csi.driver
  const driver = migratedPlugin(volume, gates)?.driver
  return metadata.annotations?.[RESIZER_ANNOTATION] === driver ? driver : undefined
}

async function reconcile(drivers: CsiDrivers, namespace: string, name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  const claim = context.lister<PersistentVolumeClaim>(ClaimKind).get(namespace, name)
  if (claim === undefined) return
  const volume = context.lister<PersistentVolume>(VolumeKind).get('', claim.spec?.volumeName ?? '')
  if (volume === undefined || !isOf(volume, claim)) return wantsMore(claim) ? { requeue: true } : undefined
  const driver = expandingDriver(claim, volume, context.gates)
  if (driver === undefined) return
  const expander = context.outside(() => expanderOf(drivers.info(driver)))
  if (expander === undefined) return
  const memory = (context.carried ?? {}) as ExpandMemory
  const pods = context.lister<Pod>(PodKind)
  const isUsed = memory.isInUse === true && pods.byIndex(BY_CLAIM, `${namespace}/${name}`).some((pod) => usesClaim(pod, claim))
  const recovers = context.gates.enabled('RecoverVolumeExpansionFailure')
  const next = planExpansion({ claim, volume, expander: expander.by, memory, isUsed }, context.nowMs(), recovers)
  if (next === undefined) return
  try {
    if (next.type === 'wait') return { requeueAfterMs: next.forMs }
    if (next.type === 'write-volume') return void (await context.patch(VolumeKind, volume, next.volume))
    return await expand({ context, drivers, driver, expander, recovers }, claim, volume, next)
  } catch (error) {
    if (isNotFound(error)) return
    if (!isConflict(error)) throw error
    return { requeue: true }
  }
}

interface Expansion {
  readonly context: ReconcileContext
  readonly drivers: CsiDrivers
  readonly driver: string
  readonly expander: Expander
  readonly recovers: boolean
}

async function expand(
  expansion: Expansion,
  seen: PersistentVolumeClaim,
  volume: PersistentVolume,
  { size, claim: marked, isHeld }: Extract<ExpandPlan, { type: 'expand' }>,
): Promise<ReconcileResult | void> {
  const { context, driver, recovers } = expansion
  const component = { component: `external-resizer ${driver}` }
  const claim = await writeStatus(context, seen, marked)
  const { namespace = '', name = '' } = claim.metadata
  const volumeName = volume.metadata.name ?? ''
  if (isHeld) {
    const why = `Unable to expand ${namespace}/${name} because CSI driver ${driver} only supports offline expansion and volume is currently in-use`
    context.event(claim, 'Warning', 'VolumeResizeFailed', why, component)
    return { requeue: true }
  }
  context.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volumeName}`, component)
  let expanded: Expanded
  try {
    expanded = await ask(expansion, volume, size)
  } catch (error) {
    const { memory, change } = failedExpansion(error, context.nowMs(), recovers)
    context.carry(memory)
    if (change !== undefined) await recordAnswer(context, claim, change)
    const what = recovers
      ? `resize volume ${JSON.stringify(volumeName)} by resizer ${JSON.stringify(driver)}`
      : `resize volume ${volumeName}`
    context.event(claim, 'Warning', 'VolumeResizeFailed', `${what} failed: ${rpcErrorText(error)}`, component)
    return memory.slowUntilMs === undefined ? { requeue: true } : { requeueAfterMs: memory.slowUntilMs - context.nowMs() }
  }
  context.carry(undefined)
  const now = sizeAfter(expanded, size)
  await context.patch(VolumeKind, volume, expandedVolume(volume, now, expanded, claim))
  await recordAnswer(context, claim, (fresh) => expandedClaim(fresh, now, expanded, context.nowMs(), recovers))
  if (expanded.nodeExpansionRequired) {
    context.event(claim, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node', component)
  } else context.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded', component)
}

async function ask({ context, drivers, driver, expander }: Expansion, volume: PersistentVolume, size: string): Promise<Expanded> {
  const bytes = Number(quantityOf(size).value())
  if (expander.by === 'node') return { capacityBytes: bytes, nodeExpansionRequired: true }
  const volumeId = volumeHandleOf(volume) ?? ''
  const secrets = await secretsOf(context.client, volume.spec?.csi?.controllerExpandSecretRef)
  const { spec = {} } = volume
  const volumeCapability = volumeCapabilityOf(spec, jointAccessModeOf(spec.accessModes, expander.capabilities))
  const request = { volumeId, capacityRange: { requiredBytes: bytes }, volumeCapability }
  return context.call({ system: driver, method: 'ControllerExpandVolume', body: request }, () =>
    connected(drivers, driver).controllerExpandVolume({ ...request, ...(secrets === undefined ? {} : { secrets }) }),
  )
}

/** The driver; throws UNAVAILABLE where it has gone since it was seen. */
export function connected(drivers: CsiDrivers, name: string): NonNullable<ReturnType<CsiDrivers['driver']>> {
  const driver = drivers.driver(name)
  if (driver === undefined) throw new CsiError('UNAVAILABLE', `the driver ${name} is not connected any more`)
  return driver
}

/** external-resizer works only for drivers with a controller; one that expands on nodes alone has its claims kept in order. */
function expanderOf(info: CsiDriverInfo | undefined): Expander | undefined {
  if (info === undefined || !info.pluginCapabilities.includes('CONTROLLER_SERVICE')) return undefined
  const { controllerCapabilities: capabilities, nodeCapabilities } = info
  if (capabilities.includes('EXPAND_VOLUME')) return { by: 'controller', capabilities }
  return nodeCapabilities.includes('EXPAND_VOLUME') ? { by: 'node', capabilities } : undefined
}
