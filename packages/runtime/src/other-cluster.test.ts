import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import type { Client } from '@kubetape/client'
import { EMPTY, lastValueFrom } from 'rxjs'
import { controllerFor } from './controller.ts'
import { Manager } from './manager.ts'
import { clientOfClusters, inCluster } from './other-cluster.ts'

/** Says which cluster was asked, for what, and with which cause. */
function named(cluster: string, asked: string[]): Client {
  const note = (verb: string, options?: { cause?: unknown }): Promise<never> => {
    asked.push(`${cluster} ${verb}${options?.cause === undefined ? '' : ' with a cause'}`)
    return Promise.resolve({} as never)
  }
  return {
    get: () => note('get'),
    list: () => note('list'),
    watch: () => {
      void note('watch')
      return EMPTY
    },
    create: (_kind, _object, options) => note('create', options),
    update: (_kind, _object, options) => note('update', options),
    patch: (_kind, _name, _patch, options) => note('patch', options),
    delete: (_kind, _name, options) => note('delete', options),
    deleteCollection: (_kind, options) => note('deletecollection', options),
  }
}

const East = inCluster('east', ConfigMap)
const name = { namespace: 'default', name: 'one' }
const cause = { run: 'r', sequence: 1 }

async function askAll(client: Client, kind: typeof ConfigMap): Promise<void> {
  const object = { metadata: name, data: {} }
  await client.get(kind, name)
  await client.list(kind)
  await lastValueFrom(client.watch(kind), { defaultValue: undefined })
  await client.create(kind, object, { cause })
  await client.update(kind, object, { cause })
  await client.patch(kind, name, { type: 'merge', body: {} }, { cause })
  await client.delete(kind, name, { cause })
  await client.deleteCollection(kind, { cause })
}

describe('clientOfClusters()', () => {
  test('sends each request where its kind says, and causes to the own cluster only', async () => {
    const asked: string[] = []
    const client = clientOfClusters(named('home', asked), { east: named('east', asked) })
    await askAll(client, ConfigMap)
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']
    expect(asked).toEqual(verbs.map((verb, at) => `home ${verb}${at > 2 ? ' with a cause' : ''}`))
    asked.length = 0
    await askAll(client, East)
    expect(asked).toEqual(verbs.map((verb) => `east ${verb}`))
  })

  test('fails for a cluster that nobody named, and never asks another', async () => {
    const asked: string[] = []
    const client = clientOfClusters(named('home', asked), { west: named('west', asked) })
    await expect(client.get(East, name)).rejects.toThrow('Cannot reach configmaps in cluster "east": the clusters are west')
    await expect(lastValueFrom(clientOfClusters(named('home', asked)).watch(East))).rejects.toThrow('was told of no other cluster')
    expect(asked).toEqual([])
  })
})

describe('Manager', () => {
  test('refuses a controller of a cluster that it was not told of', () => {
    const manager = new Manager({ client: named('home', []), clusters: { west: named('west', []) }, gates: { enabled: () => false } })
    expect(() => manager.add(controllerFor(East).reconcile(() => undefined))).toThrow(
      'Cannot add controller "configmap": it watches configmaps of the cluster "east", which the manager was not told of',
    )
  })
})

describe('inCluster()', () => {
  test.each(['', 'East', 'a@b', 'a/b', '-a'])('refuses the name %j', (cluster) => {
    expect(() => inCluster(cluster, ConfigMap)).toThrow('Cannot name a cluster')
  })
})
