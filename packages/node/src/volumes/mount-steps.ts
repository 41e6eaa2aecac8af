import { PersistentVolumeClaim as ClaimKind, Secret as SecretKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim, Secret, SecretReference } from '@kubetape/api/types/core/v1'
import { callDriver, type CsiDriver, type CsiDrivers, type CsiSecrets, rpcErrorText, secretData } from '@kubetape/csi'
import type { ReconcileContext } from '@kubetape/runtime'
import { isAttachable, type MountObserved, type MountStep } from './mount-plan.ts'
import type { MountedPod, MountedVolume, Mounts } from './mounts.ts'

/** Which volume of which node a step is about, and who does it. */
export interface MountPlace {
  readonly node: string
  readonly volume: string
  readonly driver: string
  readonly mounts: Mounts
  readonly drivers: CsiDrivers
}

/** A step that failed, in the words of a kubelet's event. */
export interface StepFailure {
  readonly reason: 'FailedMount' | 'VolumeResizeFailed'
  /** undefined: nobody is told. */
  readonly message: string | undefined
}

type ActingStep = Exclude<MountStep, { type: 'none' | 'wait' }>

/** Does one step through the driver; undefined: it is done. Throws what the API server refuses. */
export async function performStep(
  step: ActingStep,
  observed: MountObserved,
  place: MountPlace,
  context: ReconcileContext,
): Promise<StepFailure | undefined> {
  const { mounts, node, volume } = place
  switch (step.type) {
    case 'stage':
      return attempt(`MountVolume.MountDevice failed for volume "${volume}"`, async () => {
        const secrets = await secretsOf(step.secret, context)
        await ask(place, context, 'NodeStageVolume', step.request, async (driver) => {
          mounts.put({ ...recordOf(observed, place, step.request.stagingTargetPath), staged: 'begun' })
          mounts.prepare(step.request.stagingTargetPath, 'folder')
          await driver.nodeStageVolume({ ...step.request, ...secrets })
          mounts.put({ ...recordOf(observed, place, step.request.stagingTargetPath), staged: 'done' })
        })
      })
    case 'publish':
      return attempt(`MountVolume.SetUp failed for volume "${volume}"`, () => publish(step, observed, place, context))
    case 'unpublish':
      return attempt(undefined, () => {
        const request = { volumeId: observed.mounted!.volumeHandle, targetPath: step.targetPath }
        return ask(place, context, 'NodeUnpublishVolume', request, async (driver) => {
          await driver.nodeUnpublishVolume(request)
          mounts.tidy(step.targetPath)
          const mounted = mounts.at(node, volume)
          if (mounted === undefined) return
          const { [step.podUid]: _, ...pods } = mounted.pods
          mounts.put({ ...mounted, pods })
        })
      })
    case 'unstage':
      return attempt(undefined, () => {
        const request = { volumeId: observed.mounted!.volumeHandle, stagingTargetPath: step.stagingPath }
        return ask(place, context, 'NodeUnstageVolume', request, async (driver) => {
          await driver.nodeUnstageVolume(request)
          mounts.tidy(step.stagingPath)
          mounts.remove(node, volume)
        })
      })
    case 'forget':
      context.outside(() => mounts.remove(node, volume))
      return undefined
    case 'expand':
      return expand(step, observed, place, context)
  }
}

async function publish(
  { pod, request, secret }: Extract<MountStep, { type: 'publish' }>,
  observed: MountObserved,
  place: MountPlace,
  context: ReconcileContext,
): Promise<void> {
  const { mounts } = place
  const { namespace = '', name = '', uid = '' } = pod.metadata
  const secrets = await secretsOf(secret, context)
  await ask(place, context, 'NodePublishVolume', request, async (driver) => {
    const put = (published: boolean): void => {
      const mounted = recordOf(observed, place, request.stagingTargetPath)
      const entry: MountedPod = { key: `${namespace}/${name}`, targetPath: request.targetPath, published }
      mounts.put({ ...mounted, pods: { ...mounted.pods, [uid]: entry } })
    }
    put(false)
    mounts.prepare(request.targetPath, 'parent')
    await driver.nodePublishVolume({ ...request, ...secrets })
    put(true)
  })
}

async function expand(
  { request, pod, size }: Extract<MountStep, { type: 'expand' }>,
  { claim }: MountObserved,
  place: MountPlace,
  context: ReconcileContext,
): Promise<StepFailure | undefined> {
  const { node, volume } = place
  if (request !== undefined) {
    const failure = await attempt(`MountVolume.NodeExpandVolume failed for volume "${volume}"`, () =>
      ask(place, context, 'NodeExpandVolume', request, async (driver) => void (await driver.nodeExpandVolume(request))),
    )
    if (failure !== undefined) return { ...failure, reason: 'VolumeResizeFailed' }
  }
  const { namespace = '', name = '', uid } = claim!.metadata
  const done = ['FileSystemResizePending', 'Resizing'].map((type) => ({ type, $patch: 'delete' }))
  const isRecorded = claim!.status?.allocatedResourceStatuses?.['storage'] !== undefined
  const status = {
    capacity: { storage: size },
    conditions: done,
    ...(isRecorded ? { allocatedResourceStatuses: { storage: null } } : {}),
  }
  await context.client.patch<PersistentVolumeClaim>(
    ClaimKind,
    { namespace, name },
    { type: 'strategic', body: { metadata: { uid }, status } },
    { subresource: 'status' },
  )
  const message = `MountVolume.NodeExpandVolume succeeded for volume "${volume}" ${node}`
  for (const one of [pod, claim!]) context.event(one, 'Normal', 'FileSystemResizeSuccessful', message, { component: 'kubelet' })
  return undefined
}

async function attempt(title: string | undefined, perform: () => Promise<void>): Promise<StepFailure | undefined> {
  try {
    await perform()
    return undefined
  } catch (error) {
    return { reason: 'FailedMount', message: title === undefined ? undefined : `${title} : ${rpcErrorText(error)}` }
  }
}

async function ask(
  { driver, drivers }: MountPlace,
  context: ReconcileContext,
  method: string,
  body: object,
  perform: (driver: CsiDriver) => Promise<void>,
): Promise<void> {
  await callDriver(context, drivers, { driver, method, body }, perform)
}

/** What is known of the volume on the node by now, or what is to be known of it first. */
function recordOf(
  { volume, csiDriver }: MountObserved,
  { mounts, node, volume: name, driver }: MountPlace,
  stagingPath = '',
): MountedVolume {
  const known = mounts.at(node, name)
  if (known !== undefined) return known
  const attachable = isAttachable(csiDriver)
  return { node, volume: name, driver, volumeHandle: volume!.spec.csi!.volumeHandle, attachable, stagingPath, staged: 'no', pods: {} }
}

async function secretsOf(reference: SecretReference | undefined, { client }: ReconcileContext): Promise<{ secrets?: CsiSecrets }> {
  if (reference === undefined) return {}
  const { namespace = '', name = '' } = reference
  return { secrets: secretData((await client.get<Secret>(SecretKind, { namespace, name })).data) }
}
