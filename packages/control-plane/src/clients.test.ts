import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@kubetape/client'
import { clientForServer } from '@kubetape/client'
import { clientContract } from '@kubetape/client/testing'
import { ControlPlane } from './control-plane.ts'

// The same contract for both ways to the API: whatever a controller is tested with, it meets the same server.
clientContract('in process', () => subject({}, (plane) => plane.client()), { initialEvents: false })
clientContract(
  'HTTPS',
  () => subject({ port: 0 }, (plane) => clientForServer({ url: plane.url!, ca: plane.access.ca, token: plane.access.adminToken })),
  { initialEvents: false },
)
clientContract('with streaming lists', () => subject({ featureGates: 'WatchList=true' }, (plane) => plane.client()), {
  timedWatches: false,
})

/** A control plane that was restarted once, so that its watch window does not reach back to the first revision. */
async function subject(options: { port?: number; featureGates?: string }, clientOf: (plane: ControlPlane) => Client) {
  const data = mkdtempSync(join(tmpdir(), 'kubetape-clients-'))
  await (await ControlPlane.start({ data })).stop()
  const plane = await ControlPlane.start({ data, ...options })
  return {
    client: clientOf(plane),
    dispose: async () => {
      await plane.stop()
      rmSync(data, { recursive: true })
    },
  }
}
