import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Pod } from '@kubetape/api/kinds'
import { compareResourceVersions, OBJECT_MODIFIED } from '@kubetape/apimachinery'
import { NOT_FOUND, refusal, type Scene } from './contract-scene.ts'

/** What `create`, `update` and `patch` promise. */
export function writeContract(scene: () => Scene): void {
  createContract(scene)
  creationOptionsContract(scene)
  updateContract(scene)
  patchContract(scene)
  patchRefusalContract(scene)
}

function createContract(scene: () => Scene): void {
  describe('create()', () => {
    test('answers the object with what the server owns, and leaves the given one alone', async () => {
      const given = scene().configMap('a', { k: 'v' })
      const copy = structuredClone(given)
      const made = await scene().client.create(ConfigMap, given)
      expect(given).toEqual(copy)
      expect(made.metadata).toMatchObject({ name: 'a', uid: expect.any(String), resourceVersion: expect.stringMatching(/^[1-9]\d*$/) })
      given.data!['k'] = 'changed later'
      expect((await scene().read('a')).data).toEqual({ k: 'v' })
    })

    test('makes a name from generateName', async () => {
      const { metadata } = await scene().client.create(ConfigMap, { metadata: { generateName: 'gen-', namespace: scene().namespace } })
      expect(metadata.name).toMatch(/^gen-[a-z0-9]{5}$/)
      expect(await scene().read(metadata.name!)).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
    })

    test('is refused with AlreadyExists the second time', async () => {
      await scene().create('a')
      expect(await refusal(scene().create('a'))).toMatchObject({
        reason: 'AlreadyExists',
        code: 409,
        message: 'configmaps "a" already exists',
        details: { name: 'a', kind: 'configmaps' },
      })
    })

    test('is refused with Invalid and its causes', async () => {
      expect(await refusal(scene().createPod('p', { spec: { containers: [] } }))).toMatchObject({
        reason: 'Invalid',
        code: 422,
        message: 'Pod "p" is invalid: spec.containers: Required value',
        details: {
          name: 'p',
          kind: 'Pod',
          causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers' }],
        },
      })
    })

    test('is refused in a namespace that is not there', async () => {
      const orphan = { ...scene().configMap('a'), metadata: { name: 'a', namespace: 'no-such-namespace' } }
      expect(await refusal(scene().client.create(ConfigMap, orphan))).toMatchObject({
        reason: 'NotFound',
        code: 404,
        details: { name: 'no-such-namespace', kind: 'namespaces' },
      })
    })
  })
}

function creationOptionsContract(scene: () => Scene): void {
  describe('create() with options', () => {
    test('as a dry run answers the same and keeps nothing', async () => {
      const made = await scene().client.create(ConfigMap, scene().configMap('a', { k: 'v' }), { dryRun: true })
      expect(made).toMatchObject({ kind: 'ConfigMap', data: { k: 'v' }, metadata: { name: 'a', uid: expect.any(String) } })
      await expect(scene().read('a')).rejects.toMatchObject(NOT_FOUND)
    })

    test('treats unknown fields as fieldValidation says', async () => {
      const { client } = scene()
      const odd = { ...scene().configMap('a'), extra: 1 }
      expect(await refusal(client.create(ConfigMap, odd, { fieldValidation: 'Strict' }))).toMatchObject({
        reason: 'BadRequest',
        message: expect.stringContaining('unknown field "extra"'),
      })
      const warnings: string[] = []
      const made = await client.create(ConfigMap, odd, { fieldValidation: 'Warn', onWarning: (text) => warnings.push(text) })
      expect(warnings).toEqual(['unknown field "extra"'])
      expect(made).not.toHaveProperty('extra')
    })

    test('records the field manager', async () => {
      const made = await scene().client.create(ConfigMap, scene().configMap('a', { k: 'v' }), { fieldManager: 'contract' })
      expect(made.metadata.managedFields).toMatchObject([{ manager: 'contract', operation: 'Update' }])
    })

    test('sends nothing when its signal has aborted', async () => {
      const signal = AbortSignal.abort(new Error('no more'))
      await expect(scene().client.create(ConfigMap, scene().configMap('a'), { signal })).rejects.toThrow('no more')
      await expect(scene().read('a')).rejects.toMatchObject(NOT_FOUND)
    })
  })
}

function updateContract(scene: () => Scene): void {
  describe('update()', () => {
    test('replaces the object and moves its resourceVersion', async () => {
      const made = await scene().create('a', { k: 'v' }, { labels: { colour: 'red' } })
      const updated = await scene().client.update(
        ConfigMap,
        scene().configMap('a', { z: '1' }, { resourceVersion: made.metadata.resourceVersion! }),
      )
      expect(updated.data).toEqual({ z: '1' })
      expect(updated.metadata).toMatchObject({ uid: made.metadata.uid, creationTimestamp: made.metadata.creationTimestamp })
      expect(updated.metadata.labels).toBeUndefined()
      expect(compareResourceVersions(updated.metadata.resourceVersion!, made.metadata.resourceVersion!)).toBeGreaterThan(0)
    })

    test('is refused with Conflict when something changed since', async () => {
      const made = await scene().create('a', { n: '1' })
      await scene().merge('a', { data: { n: '2' } })
      expect(await refusal(scene().client.update(ConfigMap, { ...made, data: { n: '3' } }))).toMatchObject({
        reason: 'Conflict',
        code: 409,
        message: `Operation cannot be fulfilled on configmaps "a": ${OBJECT_MODIFIED}`,
        details: { name: 'a', kind: 'configmaps' },
      })
      expect((await scene().read('a')).data).toEqual({ n: '2' })
    })

    test('without a resourceVersion replaces whatever is there', async () => {
      await scene().create('a', { n: '1' })
      await scene().merge('a', { data: { n: '2' } })
      expect((await scene().client.update(ConfigMap, scene().configMap('a', { n: '3' }))).data).toEqual({ n: '3' })
    })

    test('that changes nothing writes nothing', async () => {
      const made = await scene().create('a', { k: 'v' })
      expect((await scene().client.update(ConfigMap, made)).metadata.resourceVersion).toBe(made.metadata.resourceVersion)
    })

    test('is refused with NotFound when there is nothing to replace', async () => {
      expect(await refusal(scene().client.update(ConfigMap, scene().configMap('none')))).toMatchObject({
        reason: 'NotFound',
        details: { name: 'none', kind: 'configmaps' },
      })
    })

    test('as a dry run keeps nothing', async () => {
      await scene().create('a', { n: '1' })
      expect((await scene().client.update(ConfigMap, scene().configMap('a', { n: '2' }), { dryRun: true })).data).toEqual({ n: '2' })
      expect((await scene().read('a')).data).toEqual({ n: '1' })
    })

    test('of a subresource changes that part alone', async () => {
      const pod = await scene().createPod('p')
      const changed = structuredClone(pod)
      changed.spec.containers[0]!.image = 'image.example/ignored:2'
      changed.status = { ...changed.status, phase: 'Failed', message: 'told so' }
      const updated = await scene().client.update(Pod, changed, { subresource: 'status' })
      expect(updated).toMatchObject({ kind: 'Pod', status: { phase: 'Failed', message: 'told so' } })
      expect((await scene().client.get(Pod, scene().named('p'))).spec).toEqual(pod.spec)
    })
  })
}

function patchContract(scene: () => Scene): void {
  describe('patch()', () => {
    test('merges, and removes what is null', async () => {
      await scene().create('a', { a: '1', b: '2' }, { labels: { colour: 'red' } })
      const patched = await scene().merge('a', { data: { a: null, c: '3' }, metadata: { labels: { size: 'l' } } })
      expect(patched.data).toEqual({ b: '2', c: '3' })
      expect(patched.metadata.labels).toEqual({ colour: 'red', size: 'l' })
      expect(await scene().read('a')).toEqual(patched)
    })

    test('applies JSON patch operations, all or none', async () => {
      await scene().create('a', { a: '1' })
      const apply = (body: unknown): Promise<unknown> => scene().client.patch(ConfigMap, scene().named('a'), { type: 'json', body })
      const replace = { op: 'replace', path: '/data/a', value: '2' }
      expect(await refusal(apply([replace, { op: 'test', path: '/data/a', value: '1' }]))).toMatchObject({ reason: 'Invalid', code: 422 })
      expect((await scene().read('a')).data).toEqual({ a: '1' })
      const operations = [{ op: 'test', path: '/data/a', value: '1' }, replace, { op: 'copy', from: '/data/a', path: '/data/b' }]
      expect(await apply(operations)).toMatchObject({ kind: 'ConfigMap', data: { a: '2', b: '2' } })
    })

    test('merges lists by their keys when it is strategic', async () => {
      await scene().createPod('p', {
        spec: {
          containers: [
            { name: 'a', image: 'image.example/a:1' },
            { name: 'b', image: 'image.example/b:1' },
          ],
        },
      })
      const body = { spec: { containers: [{ name: 'b', image: 'image.example/b:2' }] } }
      const patched = await scene().client.patch(Pod, scene().named('p'), { type: 'strategic', body })
      expect(patched.spec?.containers.map(({ name, image }) => `${name} ${image}`)).toEqual(['a image.example/a:1', 'b image.example/b:2'])
    })

    test('of a subresource changes that part alone', async () => {
      const { spec } = await scene().createPod('p')
      const body = { status: { message: 'told so' }, spec: { nodeName: 'ignored' } }
      const patched = await scene().client.patch(Pod, scene().named('p'), { type: 'merge', body }, { subresource: 'status' })
      expect(patched).toMatchObject({ spec, status: { message: 'told so' } })
      expect(patched.spec?.nodeName).toBeUndefined()
    })
  })
}

function patchRefusalContract(scene: () => Scene): void {
  describe('patch() of what is there', () => {
    test('with a resourceVersion is refused with Conflict when something changed since', async () => {
      const made = await scene().create('a')
      await scene().merge('a', { data: { n: '1' } })
      const body = { metadata: { resourceVersion: made.metadata.resourceVersion }, data: { n: '2' } }
      expect(await refusal(scene().merge('a', body))).toMatchObject({
        reason: 'Conflict',
        code: 409,
        details: { name: 'a', kind: 'configmaps' },
      })
    })

    test('that changes nothing writes nothing', async () => {
      const made = await scene().create('a', { k: 'v' })
      expect((await scene().merge('a', { data: { k: 'v' } })).metadata.resourceVersion).toBe(made.metadata.resourceVersion)
    })

    test('is refused with NotFound when there is nothing to change', async () => {
      expect(await refusal(scene().merge('none', {}))).toMatchObject({
        reason: 'NotFound',
        code: 404,
        message: 'configmaps "none" not found',
      })
    })

    test('is refused with Invalid when it breaks a rule', async () => {
      await scene().create('a')
      expect(await refusal(scene().merge('a', { data: { 'bad key!': '1' } }))).toMatchObject({
        reason: 'Invalid',
        details: { name: 'a', kind: 'ConfigMap', causes: [{ reason: 'FieldValueInvalid', field: 'data[bad key!]' }] },
      })
    })
  })
}
