import { Job, Pod } from '@kubetape/api/kinds'
import { ControlPlane } from '@kubetape/control-plane'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'

const START_MS = Date.UTC(2024, 7, 13)
const NAMESPACE = 'default'

/**
 * Records the example of the pod failure policy, the same every time: a Pod is disrupted and that does not count, then one ends with 42 and
 * the Job fails at once. Test code plays the kubelet. Answers the control plane, still running, and how to let time pass.
 */
export async function recordJob(options = {}) {
  const clock = new VirtualClock({ startMs: START_MS })
  const soon = async (promise) => {
    await clock.advance(1000)
    return promise
  }
  const plane = await soon(ControlPlane.start({ clock, random: seededRandom(42), ...options }))
  const client = plane.client('test')
  const end = async (status) => {
    const pods = (await soon(client.list(Pod, { namespace: NAMESPACE }))).items
    const { name } = pods.find(({ status }) => status.phase === 'Pending').metadata
    await soon(client.patch(Pod, { namespace: NAMESPACE, name }, { type: 'merge', body: { status } }, { subresource: 'status' }))
  }
  await soon(client.create(Job, job()))
  const conditions = [
    { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime: '2024-08-13T00:00:00Z' },
  ]
  await end({ phase: 'Failed', conditions })
  await clock.advance(15_000)
  await end({
    phase: 'Failed',
    containerStatuses: [{ ...ended(42), name: 'main', ready: false, restartCount: 0, image: 'busybox', imageID: '' }],
  })
  await clock.advance(15_000)
  return { plane, client, soon }
}

const ended = (exitCode) => ({ state: { terminated: { exitCode, reason: 'Error' } } })

const job = () => ({
  metadata: { namespace: NAMESPACE, name: 'demo' },
  spec: {
    completions: 2,
    parallelism: 1,
    podFailurePolicy: {
      rules: [
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } },
      ],
    },
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1.36' }] } },
  },
})

/** The golden tape, as it lies in the repository: compressed, with the witness of its head. */
export const GOLDEN = new URL('../../packages/replay/src/testing/golden/', import.meta.url)
export const GOLDEN_TAPE = 'pod-failure-policy.db'
