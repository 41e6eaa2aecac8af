import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap, EventsEvent } from '@kubetape/api/kinds'
import { readJournal } from '@kubetape/journal'
import { TestCluster } from '@kubetape/testing'
import { configCopies, COPIED, COPY, EastConfigMap } from './config-copies-controller.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start({ controllers: [configCopies], clusters: ['east'] })
})
afterEach(async () => {
  await cluster.expectReplaysSame()
  await cluster.stop()
})

const NAME = { namespace: 'default', name: 'settings' }
const source = { metadata: { ...NAME, labels: { [COPY]: 'true' } }, data: { colour: 'red' } }
const copy = async () => {
  const { items } = await cluster.within(cluster.client().list(EastConfigMap, { namespace: 'default', labelSelector: COPIED }))
  return items.map(({ data }) => data)
}

describe('config-copies', () => {
  test('copies what asks for it to the other cluster, and keeps the copy the same', async () => {
    await cluster.create(ConfigMap, source)
    await cluster.create(ConfigMap, { metadata: { namespace: 'default', name: 'private' }, data: {} })
    await cluster.settle()
    expect(await copy()).toEqual([{ colour: 'red' }])
    await cluster.within(cluster.client().patch(ConfigMap, NAME, { type: 'merge', body: { data: { colour: 'blue' } } }))
    await cluster.settle()
    expect(await copy()).toEqual([{ colour: 'blue' }])
    await cluster.within(cluster.client().patch(EastConfigMap, NAME, { type: 'merge', body: { data: { colour: 'mine' } } }))
    await cluster.settle()
    expect(await copy()).toEqual([{ colour: 'blue' }])
    await cluster.within(cluster.client().delete(EastConfigMap, NAME))
    await cluster.settle()
    expect(await copy()).toEqual([{ colour: 'blue' }])
    await cluster.within(cluster.client().delete(ConfigMap, NAME))
    await cluster.settle()
    expect(await copy()).toEqual([])
  })

  test('leaves a ConfigMap of somebody else alone, and says so', async () => {
    await cluster.create(EastConfigMap, { metadata: NAME, data: { colour: 'theirs' } })
    await cluster.create(ConfigMap, source)
    await cluster.settle()
    expect((await cluster.within(cluster.client().get(EastConfigMap, NAME))).data).toEqual({ colour: 'theirs' })
    const { items } = await cluster.within(cluster.client().list(EventsEvent, { namespace: 'default' }))
    expect(items.map(({ reason }) => reason)).toContain('NameTaken')
  })

  test('deletes, after a restart, the copy of a source that went away meanwhile', async () => {
    await cluster.create(ConfigMap, source)
    await cluster.settle()
    cluster.faults.unobservedState(ConfigMap)
    await cluster.within(cluster.client().delete(ConfigMap, NAME))
    expect(await copy()).toHaveLength(1)
    cluster.crash()
    await cluster.settle()
    expect(await copy()).toEqual([])
  })

  test('has on its tape which cluster a run heard of and wrote to', async () => {
    await cluster.create(ConfigMap, source)
    await cluster.settle()
    await cluster.within(cluster.client().delete(EastConfigMap, NAME))
    await cluster.settle()
    await cluster.within(cluster.tape.flush())
    const journal = readJournal(cluster.tape)
    const run = [...journal.runs()].find(({ triggers }) => triggers.some(({ change }) => change === 'deleted'))!
    expect(run.triggers).toMatchObject([{ resource: 'configmaps@east', key: 'default/settings' }])
    expect(journal.requests(run.id)[0]).toMatchObject({ verb: 'patch', resource: 'configmaps', cluster: 'east', name: 'settings' })
    expect(cluster.log.latest('/configmaps@east/default/settings')).toBeUndefined()
  })
})
