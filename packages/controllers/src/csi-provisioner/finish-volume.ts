import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { isAlreadyExists } from '@kubetape/apimachinery'
import { callDriver, type CsiDrivers, type CsiSecrets, type CsiVolume, rpcErrorText } from '@kubetape/csi'
import type { ReconcileContext, ReconcileResult } from '@kubetape/runtime'
import { readVolume } from '../persistent-volume/live-reads.ts'
import { SELECTED_NODE } from '../persistent-volume/storage-annotations.ts'
import { createOutcome } from './call-outcome.ts'
import type { OpenIntents } from './open-intents.ts'
import { secretsOf } from './secrets.ts'
import { answerProblem, type VolumeIntent, volumeOf } from './volume-intent.ts'

/** What it takes to carry an intent through. */
export interface Provisioning {
  readonly context: ReconcileContext
  readonly drivers: CsiDrivers
  readonly intents: OpenIntents
}

/** Goes on with what was begun in an earlier run, or before a crash. Throws, or asks for it, to be called again. */
export async function resumeVolume(provisioning: Provisioning, intent: VolumeIntent): Promise<ReconcileResult | void> {
  const { context, drivers, intents } = provisioning
  // Somebody has to come back for it who does not depend on the claim.
  if (!context.outside(() => drivers.info(intent.driver) !== undefined)) return { requeue: true }
  if ((await readVolume(context.client, intent.request.name)) === undefined) return finishVolume(provisioning, intent)
  intents.settle(intent)
}

/**
 * Asks the driver for the volume of an intent and makes its PersistentVolume, with or without the claim: where that is gone, the volume is released and
 * reclaimed like any other. May be done again at any time, since the driver answers the same name with the same volume. Throws to be called again.
 */
export async function finishVolume(provisioning: Provisioning, intent: VolumeIntent): Promise<void> {
  const { context, drivers, intents } = provisioning
  const secrets = await secretsOf(context.client, intent.secret).catch((error: Error) => fail(provisioning, intent, error.message))
  intents.keep(intent)
  let answer: CsiVolume
  try {
    answer = await callDriver(context, drivers, { driver: intent.driver, method: 'CreateVolume', body: intent }, (driver) =>
      driver.createVolume({ ...intent.request, ...(secrets === undefined ? {} : { secrets }) }),
    )
  } catch (error) {
    return noteFailure(provisioning, intent, error)
  }
  const problem = answerProblem(intent, answer)
  if (problem !== undefined) {
    const cleanup = await removeVolume(provisioning, intent, answer.volumeId, secrets)
    return fail(
      provisioning,
      intent,
      cleanup === undefined ? problem : `${problem}. Cleanup of volume ${intent.request.name} failed, volume is orphaned: ${cleanup}`,
    )
  }
  await saveVolume(provisioning, intent, answer, secrets)
}

async function saveVolume(
  provisioning: Provisioning,
  intent: VolumeIntent,
  answer: CsiVolume,
  secrets: CsiSecrets | undefined,
): Promise<void> {
  const { context, intents } = provisioning
  try {
    await context.client.create<PersistentVolume>(VolumeKind, volumeOf(intent, answer))
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    const there = await readVolume(context.client, intent.request.name)
    // Gone again: there has to be one for the driver's volume.
    if (there === undefined) throw error
    const { driver, volumeHandle } = there.spec?.csi ?? {}
    if (driver !== intent.driver || volumeHandle !== answer.volumeId) {
      const failure = await removeVolume(provisioning, intent, answer.volumeId, secrets)
      if (failure !== undefined) fail(provisioning, intent, failure)
      return
    }
  }
  intents.settle(intent)
  const claim = claimNow(context, intent)
  if (claim !== undefined) context.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${intent.request.name}`)
}

/** Takes back what must not be used; answers what went wrong. */
async function removeVolume(
  { context, drivers, intents }: Provisioning,
  intent: VolumeIntent,
  volumeId: string,
  secrets: CsiSecrets | undefined,
): Promise<string | undefined> {
  try {
    await callDriver(context, drivers, { driver: intent.driver, method: 'DeleteVolume', body: { volumeId } }, (driver) =>
      driver.deleteVolume({ volumeId, ...(secrets === undefined ? {} : { secrets }) }),
    )
    intents.settle(intent)
    return undefined
  } catch (error) {
    return rpcErrorText(error)
  }
}

async function noteFailure(provisioning: Provisioning, intent: VolumeIntent, error: unknown): Promise<void> {
  const { context, intents } = provisioning
  const outcome = createOutcome(error, intent.mayReschedule)
  if (outcome !== 'background') intents.settle(intent)
  const text = rpcErrorText(error)
  const claim = claimNow(context, intent)
  if (outcome !== 'reschedule' || claim === undefined) return fail(provisioning, intent, text)
  await reschedule(context, claim, text, intent.storageClass)
}

/** Gives the choice of the node back to the scheduler. */
export async function reschedule(
  { client, event }: ReconcileContext,
  claim: Readonly<PersistentVolumeClaim>,
  text: string,
  storageClass: string,
): Promise<void> {
  event(claim, 'Warning', 'ProvisioningFailed', failureText(storageClass, text))
  const { namespace = '', name = '', uid, resourceVersion } = claim.metadata
  const body = { metadata: { uid, resourceVersion, annotations: { [SELECTED_NODE]: null } } }
  await client.patch<PersistentVolumeClaim>(ClaimKind, { namespace, name }, { type: 'merge', body })
}

/** Tells the claim's author, whether the claim is still there or not, and throws. */
function fail({ context }: Provisioning, intent: VolumeIntent, text: string): never {
  const claim: PersistentVolumeClaim = claimNow(context, intent) ?? {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: intent.claim,
    spec: {},
  }
  const message = failureText(intent.storageClass, text)
  context.event(claim, 'Warning', 'ProvisioningFailed', message)
  throw new Error(message)
}

export const failureText = (storageClass: string, text: string): string =>
  `failed to provision volume with StorageClass ${JSON.stringify(storageClass)}: ${text}`

function claimNow({ lister }: ReconcileContext, { claim }: VolumeIntent): Readonly<PersistentVolumeClaim> | undefined {
  const found = lister<PersistentVolumeClaim>(ClaimKind).get(claim.namespace, claim.name)
  return found?.metadata.uid === claim.uid ? found : undefined
}
