import type { Gates } from '@kubetape/client-go-features'
import { seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { type Controller, Manager } from '@kubetape/runtime'
import { SmallCluster } from './small-cluster.ts'

/** Controllers at work on a small cluster in virtual time. */
export interface RunningControllers {
  readonly cluster: SmallCluster
  readonly clock: VirtualClock
  readonly manager: Manager
}

/** Starts these controllers; `prepare` fills the cluster before they see it. By default every gate is off. */
export async function runControllers(
  controllers: readonly Controller[],
  prepare?: (cluster: SmallCluster) => Promise<void>,
  gates: Gates = { enabled: () => false },
): Promise<RunningControllers> {
  const cluster = new SmallCluster()
  await prepare?.(cluster)
  cluster.writes.length = 0
  const clock = new VirtualClock()
  const random = seededRandom(1)
  const manager = new Manager({
    client: cluster,
    gates,
    clock,
    random,
    uids: uidSource(random),
    mutationDetector: true,
    // As the control plane runs them.
    events: 'v1',
  }).add(...controllers)
  const started = manager.start()
  await clock.advance(0)
  await started
  await clock.advance(0)
  return { cluster, clock, manager }
}
