import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, VolumeAttributesClass as ClassKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import { isConflict, isNotFound, type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import { csiCodeOf, type CsiDrivers, isFinal, rpcErrorText } from '@kubetape/csi'
import type { IndexFunctions, StoreChange } from '@kubetape/informers'
import type { Controller, KindLookup, ReconcileContext, ReconcileResult, Watch } from '@kubetape/runtime'
import { isOf } from '../volume-expand/claim-size.ts'
import { recordAnswer, writeStatus } from './claim-writes.ts'
import { BY_DRIVER, driverSources, driversOf } from './claims-of-drivers.ts'
import { CONCURRENT_CLAIMS, connected, type CsiResizerOptions, retryLimiter } from './csi-resizer-controller.ts'
import { SLOW_RETRY_MS } from './expand-outcome.ts'
import { type ModifyMemory, type ModifyPlan, planModification } from './modify-plan.ts'
import { completed, currentClass, failed, targetClass, tellsOfModification, wantedClass } from './modify-status.ts'

/** The index that finds the claims that a class is wanted for, or asked for, by its name. */
const BY_CLASS = 'attributes-class'
/** A run begins the next class right after the last one is recorded; beyond this many steps somebody undoes what is done here. */
const STEPS_MAX = 8

/**
 * Gives CSI volumes the parameters of the VolumeAttributesClass that their claims want (KEP-3751; the part of external-resizer that modifies). What a
 * caller may rely on:
 *
 * - A driver is asked once for each class that a claim comes to want, and again only until it has answered for good, or after a crash between its
 *   answer and the write of it.
 * - What a driver has not answered for good goes on before anything else is asked for.
 * - Claims of drivers that are not connected, or cannot modify volumes, are left alone, and all without the gate VolumeAttributesClass. It knows
 *   the classes of v1beta1, as upstream's of v1.31 does.
 */
export function csiModifierController({ drivers }: CsiResizerOptions): Controller {
  const claims: Watch<PersistentVolumeClaim> = { kind: ClaimKind, map: keysToModify, predicate: undefined, delayMs: undefined }
  const classes: Watch<VolumeAttributesClass> = {
    kind: ClassKind,
    map: ({ type, object }, lookup) =>
      type === 'deleted'
        ? []
        : lookup<PersistentVolumeClaim>(ClaimKind)
            .byIndex(BY_CLASS, object.metadata.name ?? '')
            .filter(concerns)
            .map(objectKey),
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'csi-modifier',
    kind: ClaimKind,
    watches: [claims as unknown as Watch, classes as unknown as Watch],
    reads: [VolumeKind],
    indexes: new Map<Kind, IndexFunctions<KubeObject>>([
      [VolumeKind, { [BY_DRIVER]: driversOf }],
      [ClaimKind, { [BY_CLASS]: classesOf as unknown as (object: KubeObject) => readonly string[] }],
    ]),
    sources: driverSources(drivers, concerns),
    options: { concurrencyMax: CONCURRENT_CLAIMS, rateLimiter: retryLimiter },
    reconcile: async ({ namespace, name }, context) => {
      try {
        return await modify(drivers, namespace, name, context)
      } catch (error) {
        if (isNotFound(error)) return
        if (!isConflict(error)) throw error
        return { requeue: true }
      }
    },
  }
}

const concerns = (claim: PersistentVolumeClaim): boolean =>
  claim.status?.phase === 'Bound' && (tellsOfModification(claim) || (wantedClass(claim) ?? currentClass(claim)) !== currentClass(claim))

const classesOf = (claim: PersistentVolumeClaim): string[] => [
  ...new Set([wantedClass(claim), targetClass(claim)].filter((name) => name !== undefined)),
]

/** Another class is wanted, or is there. What is written about the way to it wakes nobody: a driver that fails gets its back-off. */
function keysToModify({ type, object, previous }: StoreChange<PersistentVolumeClaim>, lookup: KindLookup): string[] {
  if (type === 'deleted' || !concerns(object)) return []
  const says = (claim: PersistentVolumeClaim): string => JSON.stringify([claim.status?.phase, wantedClass(claim), currentClass(claim)])
  if (previous !== undefined && says(object) === says(previous)) return []
  const volume = lookup<PersistentVolume>(VolumeKind).get(object.spec?.volumeName ?? '')
  return volume === undefined || volume.spec?.csi !== undefined ? [objectKey(object)] : []
}

async function modify(drivers: CsiDrivers, namespace: string, name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  if (!context.gates.enabled('VolumeAttributesClass')) return
  const seen = context.lister<PersistentVolumeClaim>(ClaimKind).get(namespace, name)
  if (seen === undefined || !concerns(seen)) return
  const bound = context.lister<PersistentVolume>(VolumeKind).get('', seen.spec?.volumeName ?? '')
  if (bound === undefined || !isOf(bound, seen)) return { requeue: true }
  let claim = seen
  let volume = bound
  const driver = volume.spec?.csi?.driver
  if (driver === undefined) return
  if (!context.outside(() => drivers.info(driver)?.controllerCapabilities.includes('MODIFY_VOLUME') ?? false)) return
  const classes = context.lister<VolumeAttributesClass>(ClassKind)
  const step: ModifyStep = { context, drivers, driver, memory: context.carried ?? {} }
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    const observed = { claim, volume, classOf: (one: string) => classes.get('', one), memory: step.memory }
    const next = planModification(observed, context.nowMs())
    const done: Taken = next === undefined ? {} : await take(step, claim, volume, next)
    if (done.claim === undefined) return done.result
    claim = done.claim
    volume = done.volume ?? volume
  }
  throw new Error(`Cannot modify the volume of ${namespace}/${name}: after ${STEPS_MAX} steps it is where it was`)
}

interface ModifyStep {
  readonly context: ReconcileContext
  readonly drivers: CsiDrivers
  readonly driver: string
  memory: ModifyMemory
}

/** What came of a step: without a claim the run is over. */
interface Taken {
  readonly claim?: PersistentVolumeClaim
  readonly volume?: PersistentVolume
  readonly result?: ReconcileResult
}

async function take(step: ModifyStep, claim: PersistentVolumeClaim, volume: PersistentVolume, next: ModifyPlan): Promise<Taken> {
  const { context, driver } = step
  const component = { component: `external-resizer ${driver}` }
  switch (next.type) {
    case 'wait':
      return { result: { requeueAfterMs: next.forMs } }
    case 'hold':
      if (next.claim !== undefined) await writeStatus(context, claim, next.claim)
      context.event(claim, 'Warning', 'VolumeModifyFailed', next.why, component)
      return {}
    case 'roll-back': {
      const message = `external resizer is rolling back volume ${claim.metadata.name ?? ''} with infeasible error to VAC ${next.to ?? 'nil'}`
      const written = await writeStatus(context, claim, next.claim)
      remember(step, {})
      context.event(written, 'Normal', 'VolumeModify', message, component)
      return { claim: written }
    }
    case 'record':
      return { claim: await recordClass(step, claim, next.target) }
    case 'modify':
      return ask(step, next.claim === undefined ? claim : await writeStatus(context, claim, next.claim), volume, next)
  }
}

async function ask(
  step: ModifyStep,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  { target, parameters, claim: marked }: Extract<ModifyPlan, { type: 'modify' }>,
): Promise<Taken> {
  const { context, driver, drivers } = step
  const component = { component: `external-resizer ${driver}` }
  if (marked !== undefined) {
    const message = `external resizer is modifying volume ${claim.metadata.name ?? ''} with vac ${target}`
    context.event(claim, 'Normal', 'VolumeModify', message, component)
  }
  const asked = { target, parameters }
  const request = { volumeId: volume.spec?.csi?.volumeHandle ?? '', mutableParameters: parameters }
  try {
    await context.call({ system: driver, method: 'ControllerModifyVolume', body: request }, () =>
      connected(drivers, driver).controllerModifyVolume(request),
    )
  } catch (error) {
    const isInfeasible = csiCodeOf(error) === 'INVALID_ARGUMENT'
    const text = rpcErrorText(error)
    const nowMs = context.nowMs()
    remember(step, { asked, isFinal: isFinal(error), ...(isInfeasible ? { slowUntilMs: nowMs + SLOW_RETRY_MS } : {}) })
    const written = await recordAnswer(context, claim, (fresh) => failed(fresh, target, text, nowMs, isInfeasible))
    context.event(written, 'Warning', 'VolumeModifyFailed', text, component)
    // What cannot be gives way to another class at once; all else is tried again after a while.
    return isInfeasible || (isFinal(error) && wantedClass(written) !== target) ? { claim: written } : { result: { requeue: true } }
  }
  remember(step, { asked })
  const spec = { ...volume.spec, volumeAttributesClassName: target }
  const modified = (await context.patch(VolumeKind, volume, { ...volume, spec })) ?? volume
  return { claim: await recordClass(step, claim, target), volume: modified }
}

/** The claim says what its volume has. */
async function recordClass(step: ModifyStep, claim: PersistentVolumeClaim, target: string): Promise<PersistentVolumeClaim> {
  const { context, driver } = step
  const written = await recordAnswer(context, claim, (fresh) => completed(fresh, target))
  remember(step, {})
  const message = `external resizer modified volume ${written.metadata.name ?? ''} with vac ${target} successfully `
  context.event(written, 'Normal', 'VolumeModifySuccessful', message, { component: `external-resizer ${driver}` })
  return written
}

function remember(step: ModifyStep, memory: ModifyMemory): void {
  step.memory = memory
  step.context.carry(memory.asked === undefined ? undefined : memory)
}
