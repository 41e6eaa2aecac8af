import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Namespace, Pod } from '@kubetape/api/kinds'
import { compareResourceVersions } from '@kubetape/apimachinery'
import { resolveKind } from '../resolve-kind.ts'
import { refusal, type Scene } from './contract-scene.ts'

/** What `get` and `list` promise. */
export function readContract(scene: () => Scene): void {
  getContract(scene)
  listContract(scene)
  pagingContract(scene)
  kindsContract(scene)
}

function getContract(scene: () => Scene): void {
  describe('get()', () => {
    test('answers the whole object as it was written', async () => {
      const made = await scene().create('a', { k: 'v' }, { labels: { colour: 'red' } })
      const found = await scene().read('a')
      expect(found).toEqual(made)
      expect(found).toMatchObject({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { k: 'v' },
        metadata: { name: 'a', namespace: scene().namespace, labels: { colour: 'red' } },
      })
      expect(found.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
      expect(found.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    })

    test('answers cluster-scoped objects', async () => {
      expect(await scene().client.get(Namespace, { name: scene().namespace })).toMatchObject({
        kind: 'Namespace',
        metadata: { name: scene().namespace },
      })
    })

    test('takes a resourceVersion as the least that is wanted', async () => {
      const made = await scene().create('a')
      expect(await scene().client.get(ConfigMap, scene().named('a'), { resourceVersion: made.metadata.resourceVersion! })).toEqual(made)
      expect((await scene().client.get(ConfigMap, scene().named('a'), { resourceVersion: '0' })).metadata.name).toBe('a')
    })

    test('is refused with NotFound when there is none', async () => {
      expect(await refusal(scene().read('none'))).toMatchObject({
        status: 'Failure',
        reason: 'NotFound',
        code: 404,
        message: 'configmaps "none" not found',
        details: { name: 'none', kind: 'configmaps' },
      })
    })

    test('rejects with the reason of a signal that has aborted', async () => {
      await scene().create('a')
      const signal = AbortSignal.abort(new Error('no more'))
      await expect(scene().client.get(ConfigMap, scene().named('a'), { signal })).rejects.toThrow('no more')
    })

    test('shares no changeable state with anybody', async () => {
      await scene().create('a', { k: 'v' })
      const mine = await scene().read('a')
      try {
        mine.data!['k'] = 'changed'
        mine.metadata.labels = { changed: 'yes' }
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
      }
      const again = await scene().read('a')
      expect(again.data).toEqual({ k: 'v' })
      expect(again.metadata.labels).toBeUndefined()
    })
  })
}

function listContract(scene: () => Scene): void {
  describe('list()', () => {
    test('answers whole objects in order of their names, with the revision of the list', async () => {
      await scene().create('b')
      const last = await scene().create('a')
      const list = await scene().client.list(ConfigMap, { namespace: scene().namespace })
      expect(list).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' })
      for (const item of list.items) expect(item).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' })
      expect(await scene().names()).toEqual(['a', 'b'])
      expect(compareResourceVersions(list.metadata.resourceVersion!, last.metadata.resourceVersion!)).toBeGreaterThanOrEqual(0)
    })

    test('selects by labels', async () => {
      await scene().create('a', {}, { labels: { colour: 'red', size: 'l' } })
      await scene().create('b', {}, { labels: { colour: 'blue' } })
      await scene().create('c')
      expect(await scene().names({ labelSelector: 'colour=red' })).toEqual(['a'])
      expect(await scene().names({ labelSelector: 'colour in (red,blue),!size' })).toEqual(['b'])
      expect(await scene().names({ labelSelector: 'colour' })).toEqual(['a', 'b'])
      expect(await scene().names({ labelSelector: 'colour!=red' })).toEqual(['b', 'c'])
    })

    test('selects by fields', async () => {
      await scene().create('a')
      await scene().create('b')
      expect(await scene().names({ fieldSelector: 'metadata.name=b' })).toEqual(['b'])
      await scene().createPod('p')
      await scene().createPod('q')
      const pods = await scene().client.list(Pod, { namespace: scene().namespace, fieldSelector: 'status.phase=Pending,metadata.name!=p' })
      expect(pods.items.map(({ metadata }) => metadata.name)).toEqual(['q'])
    })

    test('covers all namespaces when none is given', async () => {
      await scene().create('a', {}, { labels: { of: scene().namespace } })
      const list = await scene().client.list(ConfigMap, { labelSelector: `of=${scene().namespace}` })
      expect(list.items.map(({ metadata }) => [metadata.namespace, metadata.name])).toEqual([[scene().namespace, 'a']])
    })

    test('answers no items in a namespace that is not there', async () => {
      expect((await scene().client.list(ConfigMap, { namespace: 'no-such-namespace' })).items).toEqual([])
    })

    test('answers the state of an exact resourceVersion', async () => {
      const first = await scene().create('a', { n: '1' })
      await scene().merge('a', { data: { n: '2' } })
      const resourceVersion = first.metadata.resourceVersion!
      const list = await scene().client.list(ConfigMap, {
        namespace: scene().namespace,
        fieldSelector: 'metadata.name=a',
        resourceVersion,
        resourceVersionMatch: 'Exact',
      })
      expect(list.metadata.resourceVersion).toBe(resourceVersion)
      expect(list.items).toEqual([first])
    })

    test('refuses selectors that make no sense', async () => {
      const { client, namespace } = scene()
      expect(await refusal(client.list(ConfigMap, { namespace, labelSelector: '==' }))).toMatchObject({ reason: 'BadRequest', code: 400 })
      expect(await refusal(client.list(ConfigMap, { namespace, fieldSelector: 'data=x' }))).toMatchObject({
        reason: 'BadRequest',
        message: '"data" is not a known field selector: only "metadata.name", "metadata.namespace"',
      })
    })
  })
}

function pagingContract(scene: () => Scene): void {
  describe('list() in pages', () => {
    test('goes through one snapshot, whatever is written meanwhile', async () => {
      const { client, namespace } = scene()
      const labels = { paged: 'yes' }
      for (const name of ['a', 'b', 'c', 'd', 'e']) await scene().create(name, { n: '1' }, { labels })
      const options = { namespace, labelSelector: 'paged=yes', limit: 2 }
      const first = await client.list(ConfigMap, options)
      await scene().merge('c', { data: { n: '2' } })
      await client.delete(ConfigMap, scene().named('d'))
      await scene().create('bb', { n: '1' }, { labels })
      const second = await client.list(ConfigMap, { ...options, continue: first.metadata.continue! })
      const third = await client.list(ConfigMap, { ...options, continue: second.metadata.continue! })
      const pages = [first, second, third].map(({ items }) => items.map(({ metadata, data }) => `${metadata.name}${data?.['n']}`))
      expect(pages).toEqual([['a1', 'b1'], ['c1', 'd1'], ['e1']])
      expect(new Set([first, second, third].map(({ metadata }) => metadata.resourceVersion)).size).toBe(1)
      expect(third.metadata.continue ?? '').toBe('')
      expect(await scene().names({ labelSelector: 'paged=yes' })).toEqual(['a', 'b', 'bb', 'c', 'e'])
    })

    test('says how many items remain when there is no selector', async () => {
      for (const name of ['p', 'q', 'r']) await scene().createPod(name)
      const page = await scene().client.list(Pod, { namespace: scene().namespace, limit: 1 })
      expect(page.metadata.remainingItemCount).toBe(2)
      expect(page.items.map(({ metadata }) => metadata.name)).toEqual(['p'])
    })

    test('refuses a token that it did not give', async () => {
      expect(await refusal(scene().client.list(ConfigMap, { namespace: scene().namespace, limit: 1, continue: '!' }))).toMatchObject({
        reason: 'BadRequest',
        code: 400,
      })
    })
  })
}

function kindsContract(scene: () => Scene): void {
  describe('kinds()', () => {
    test('answers what a version of a group serves, without subresources', async () => {
      const { client } = scene()
      if (client.kinds === undefined) return
      const kinds = await client.kinds({ group: '', version: 'v1' })
      expect(kinds).toContainEqual({ group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps', namespaced: true })
      expect(kinds).toContainEqual({ group: '', version: 'v1', kind: 'Namespace', resource: 'namespaces', namespaced: false })
      expect(kinds.filter(({ resource }) => resource.includes('/'))).toEqual([])
    })

    test('is refused with NotFound for what is not served', async () => {
      const { client } = scene()
      if (client.kinds !== undefined)
        expect(await refusal(client.kinds({ group: 'none.example.com', version: 'v1' }))).toMatchObject({ code: 404, reason: 'NotFound' })
    })

    test('leads to the descriptor of a kind, or says what there is', async () => {
      const { client } = scene()
      if (client.kinds === undefined) return
      const kind = await resolveKind(client, 'v1', 'ConfigMap')
      await scene().create('a', { k: 'v' })
      expect(await client.get(kind, scene().named('a'))).toMatchObject({ data: { k: 'v' } })
      await expect(resolveKind(client, 'v1', 'Widget')).rejects.toThrow(
        /^Cannot resolve Widget of v1: the server serves .*ConfigMap, .* there$/,
      )
      await expect(resolveKind(client, 'none.example.com/v1', 'Widget')).rejects.toMatchObject({
        code: 'KIND_NOT_SERVED',
        message: 'Cannot resolve Widget of none.example.com/v1: the server does not serve none.example.com/v1',
      })
    })
  })
}
