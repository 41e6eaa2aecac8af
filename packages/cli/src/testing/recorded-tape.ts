import { ConfigMap, Job, Pod } from '@kubetape/api/kinds'
import type { Client } from '@kubetape/client'
import { ControlPlane, type ControlPlaneOptions } from '@kubetape/control-plane'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'

/** 2024-08-13T00:00:00Z, when the recording starts. */
export const RECORDING_START_MS = 1_723_507_200_000

/** The two beta APIs that built-in controllers watch, served. */
const BETA_APIS = {
  runtimeConfig: { 'networking.k8s.io/v1beta1': 'true', 'storage.k8s.io/v1beta1': 'true' },
  featureGates: 'MultiCIDRServiceAllocator=true,VolumeAttributesClass=true',
}

export interface RecordingOptions {
  /** What else the control plane is told. */
  readonly plane?: Partial<ControlPlaneOptions>
  /** Looks on while the tape is still being written. */
  readonly during?: (soon: Soon, client: Client) => Promise<void>
}

/**
 * Records a control plane into `data`, the same every time: ConfigMap `settings` is made blue and then green; Job `demo`, which allows no
 * failure, loses its Pod and fails. Test code plays the kubelet.
 */
export async function recordTape(data: string, { plane: more = {}, during }: RecordingOptions = {}): Promise<void> {
  const clock = new VirtualClock({ startMs: RECORDING_START_MS })
  const soon: Soon = async (promise) => {
    await clock.advance(1000)
    return promise
  }
  const plane = await soon(ControlPlane.start({ data, clock, random: seededRandom(1), ...BETA_APIS, ...more }))
  const client = plane.client('kubectl/v1.31.0 (linux/amd64)')
  await play(client, soon)
  await during?.(soon, client)
  await soon(plane.stop())
}

/** Lets a second pass, in which the promise settles. */
export type Soon = <T>(promise: Promise<T>) => Promise<T>

async function play(client: Client, soon: Soon): Promise<void> {
  const settings = { namespace: 'default', name: 'settings' }
  await soon(client.create(ConfigMap, { metadata: { ...settings, labels: { app: 'web' } }, data: { color: 'blue' } }))
  await soon(client.patch(ConfigMap, settings, { type: 'merge', body: { data: { color: 'green' } } }))
  const template = { spec: { restartPolicy: 'Never' as const, containers: [{ name: 'main', image: 'busybox' }] } }
  await soon(client.create(Job, { metadata: { namespace: 'default', name: 'demo' }, spec: { backoffLimit: 0, template } }))
  const pods = await soon(client.list(Pod, { namespace: 'default' }))
  const name = pods.items[0]?.metadata.name ?? ''
  await soon(
    client.patch(Pod, { namespace: 'default', name }, { type: 'merge', body: { status: { phase: 'Failed' } } }, { subresource: 'status' }),
  )
}
