import { describe, expect, test } from '@jest/globals'
import { type CsiCode, type CsiDriver, CsiDriverRegistry, CsiError } from '@kubetape/csi'
import { Mounts } from './mounts.ts'
import { runOnce } from '../testing/run-once.ts'
import { registrationAgent } from './registration-agent.ts'

/** A driver that calls its node `NAME-node`, or refuses to say so. */
function driver(name: string, refusal?: CsiCode): CsiDriver {
  return {
    info: { name, vendorVersion: '1', pluginCapabilities: [], controllerCapabilities: [], nodeCapabilities: [] },
    nodeGetInfo: () =>
      refusal === undefined
        ? Promise.resolve({ nodeId: `${name}-node`, maxVolumesPerNode: 0 })
        : Promise.reject(new CsiError(refusal, 'not now')),
  } as unknown as CsiDriver
}

function agentOf(...connected: CsiDriver[]): ReturnType<typeof registrationAgent> {
  const drivers = new CsiDriverRegistry()
  for (const one of connected) drivers.connect(one)
  return registrationAgent({ mounts: new Mounts(), drivers, kubelet: (node) => `/kubelets/${node}`, isOurs: () => true }, ['n'])
}

const NODES = { nodes: [{ metadata: { name: 'n', uid: 'u' } }] }
const entry = (name: string): object => ({ name, nodeID: `${name}-node`, topologyKeys: [] })

describe('registrationAgent()', () => {
  test('registers every driver that answers, and asks again whoever does not', async () => {
    const { requests, result, carried } = await runOnce(agentOf(driver('a', 'UNAVAILABLE'), driver('b')), 'n', NODES)
    expect(requests).toMatchObject([
      { what: 'patch nodes n', body: { metadata: { annotations: { 'csi.volume.kubernetes.io/nodeid': '{"b":"b-node"}' } } } },
      { what: 'create csinodes n', body: { spec: { drivers: [entry('b')] } } },
    ])
    expect([result, carried]).toEqual([{ requeue: true }, ['b']])
  })

  test('does not ask again who serves no nodes, and writes nothing for it', async () => {
    expect(await runOnce(agentOf(driver('a', 'UNIMPLEMENTED')), 'n', NODES)).toMatchObject({ requests: [], result: {} })
  })

  test('takes out a driver that is lost, not one that only does not answer', async () => {
    const csinodes = [{ metadata: { name: 'n' }, spec: { drivers: [entry('a'), entry('lost'), entry('other')] } }]
    const { requests } = await runOnce(agentOf(driver('a', 'UNAVAILABLE')), 'n', { ...NODES, csinodes }, { carried: ['a', 'lost'] })
    expect(requests.at(-1)).toMatchObject({ what: 'update csinodes n', body: { spec: { drivers: [entry('a'), entry('other')] } } })
  })
})
