import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Pod } from '@kubetape/api/kinds'
import { NOT_FOUND, refusal, type Scene } from './contract-scene.ts'

const HOLD = 'example.com/hold'

/** What `delete` and `deleteCollection` promise. */
export function deleteContract(scene: () => Scene): void {
  singleContract(scene)
  collectionContract(scene)
}

function singleContract(scene: () => Scene): void {
  describe('delete()', () => {
    test('answers a Status when the object is gone', async () => {
      const made = await scene().create('a')
      expect(await scene().client.delete(ConfigMap, scene().named('a'))).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: 'a', kind: 'configmaps', uid: made.metadata.uid },
      })
      await expect(scene().read('a')).rejects.toMatchObject(NOT_FOUND)
    })

    test('answers the last state of a Pod', async () => {
      const pod = await scene().createPod('p')
      expect(await scene().client.delete(Pod, scene().named('p'), { gracePeriodSeconds: 0 })).toMatchObject({
        kind: 'Pod',
        metadata: { name: 'p', uid: pod.metadata.uid },
      })
      await expect(scene().client.get(Pod, scene().named('p'))).rejects.toMatchObject(NOT_FOUND)
    })

    test('answers the object while a finalizer holds it', async () => {
      await scene().create('a', {}, { finalizers: [HOLD] })
      expect(await scene().client.delete(ConfigMap, scene().named('a'))).toMatchObject({
        kind: 'ConfigMap',
        metadata: { deletionTimestamp: expect.any(String), finalizers: [HOLD] },
      })
      await scene().merge('a', { metadata: { finalizers: null } })
      await expect(scene().read('a')).rejects.toMatchObject(NOT_FOUND)
    })

    test('is refused with NotFound when there is nothing', async () => {
      expect(await refusal(scene().client.delete(ConfigMap, scene().named('none')))).toMatchObject({
        reason: 'NotFound',
        details: { name: 'none', kind: 'configmaps' },
      })
    })

    test('is refused with Conflict when a precondition does not hold', async () => {
      const { client } = scene()
      const { metadata } = await scene().create('a')
      const uid = '00000000-0000-4000-8000-000000000000'
      expect(await refusal(client.delete(ConfigMap, scene().named('a'), { preconditions: { uid } }))).toMatchObject({
        reason: 'Conflict',
        code: 409,
        message: `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
      })
      await scene().merge('a', { data: { n: '1' } })
      expect(
        await refusal(client.delete(ConfigMap, scene().named('a'), { preconditions: { resourceVersion: metadata.resourceVersion! } })),
      ).toMatchObject({ reason: 'Conflict' })
      await client.delete(ConfigMap, scene().named('a'), { preconditions: { uid: metadata.uid! } })
      await expect(scene().read('a')).rejects.toMatchObject(NOT_FOUND)
    })

    test('leaves its dependents to an orphaning finalizer when told so', async () => {
      await scene().create('a', {}, { finalizers: [HOLD] })
      await scene().client.delete(ConfigMap, scene().named('a'), { propagationPolicy: 'Orphan' })
      expect((await scene().read('a')).metadata.finalizers).toContain(HOLD)
    })

    test('as a dry run deletes nothing', async () => {
      await scene().create('a')
      await scene().client.delete(ConfigMap, scene().named('a'), { dryRun: true })
      expect((await scene().read('a')).metadata.deletionTimestamp).toBeUndefined()
    })
  })
}

function collectionContract(scene: () => Scene): void {
  describe('deleteCollection()', () => {
    test('deletes what is selected and answers what it met', async () => {
      const { client, namespace } = scene()
      await scene().create('a', {}, { labels: { colour: 'red' } })
      await scene().create('b', {}, { labels: { colour: 'red' }, finalizers: [HOLD] })
      await scene().create('c', {}, { labels: { colour: 'blue' } })
      const list = await client.deleteCollection(ConfigMap, { namespace, labelSelector: 'colour=red' })
      expect(list).toMatchObject({
        kind: 'ConfigMapList',
        items: [
          { kind: 'ConfigMap', metadata: { name: 'a' } },
          { kind: 'ConfigMap', metadata: { name: 'b' } },
        ],
      })
      expect(await scene().names({ labelSelector: 'colour' })).toEqual(['b', 'c'])
      expect((await scene().read('b')).metadata.deletionTimestamp).toEqual(expect.any(String))
      await scene().merge('b', { metadata: { finalizers: null } })
    })

    test('as a dry run deletes nothing', async () => {
      const { client, namespace } = scene()
      await scene().create('a')
      await client.deleteCollection(ConfigMap, { namespace, fieldSelector: 'metadata.name=a', dryRun: true })
      expect(await scene().names()).toEqual(['a'])
    })

    test('refuses a selector that makes no sense', async () => {
      const { client, namespace } = scene()
      await scene().create('a')
      expect(await refusal(client.deleteCollection(ConfigMap, { namespace, labelSelector: '==' }))).toMatchObject({
        reason: 'BadRequest',
        code: 400,
      })
      expect(await scene().names()).toEqual(['a'])
    })
  })
}
