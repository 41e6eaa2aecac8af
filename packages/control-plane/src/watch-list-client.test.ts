import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import type { Client } from '@kubetape/client'
import { InformerResourceVersion, WatchListClient } from '@kubetape/client-go-features'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Manager } from '@kubetape/runtime'
import { ControlPlane } from './control-plane.ts'

/** `client`, noting the lists and watches that it is asked for. */
function noting(client: Client, asked: string[]): Client {
  return new Proxy(client, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        const { sendInitialEvents } = (args[1] ?? {}) as { sendInitialEvents?: boolean }
        if (name === 'list' || name === 'watch') asked.push(`${name}${sendInitialEvents === true ? ' with initial events' : ''}`)
        return Reflect.apply(member, target, args)
      }
    },
  })
}

describe('informers of a Manager against the API server', () => {
  test.each([
    { server: 'WatchList=true', client: true, asks: ['watch with initial events'] },
    { server: 'WatchList=false', client: true, asks: ['watch with initial events', 'list', 'watch'] },
    { server: 'WatchList=true', client: false, asks: ['list', 'watch'] },
  ])('ask for $asks with $server and WatchListClient=$client, and see the same', async ({ server, client: streams, asks }) => {
    const clock = new VirtualClock()
    const soon = async <R>(promise: Promise<R>): Promise<R> => {
      await clock.advance(1000)
      return promise
    }
    const plane = await soon(ControlPlane.start({ clock, featureGates: server, controllers: ['job'] }))
    const create = (name: string) => soon(plane.client().create(ConfigMap, { metadata: { namespace: 'default', name }, data: {} }))
    await create('one')
    const asked: string[] = []
    const gates = { enabled: (feature: string) => feature === InformerResourceVersion || (feature === WatchListClient && streams) }
    const manager = new Manager({ client: noting(plane.client(), asked), gates, clock, random: seededRandom(1), namespace: 'default' })
    const informer = manager.informer(ConfigMap)
    await soon(manager.start())
    expect(asked).toEqual(asks)
    const two = await create('two')
    expect(informer.store.list().map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['one', 'two']))
    expect(Number(informer.lastSyncResourceVersion)).toBeGreaterThanOrEqual(Number(two.metadata.resourceVersion))
    await soon(manager.stop())
    await soon(plane.stop())
  })
})
