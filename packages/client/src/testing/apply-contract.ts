import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Pod } from '@kubetape/api/kinds'
import type * as core from '@kubetape/api/types/core/v1'
import type { ManagedFieldsEntry } from '@kubetape/apimachinery'
import type { WriteOptions } from '../client.ts'
import { refusal, type Scene } from './contract-scene.ts'

/** What `patch` promises of server-side apply (KEP-555). */
export function applyContract(scene: () => Scene): void {
  const apply = (manager: string, data: Record<string, string> | undefined, options: WriteOptions = {}): Promise<core.ConfigMap> => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...(data === undefined ? {} : { data }) }
    return scene().client.patch(ConfigMap, scene().named('a'), { type: 'apply', body }, { fieldManager: manager, ...options })
  }
  describe('patch() that applies', () => {
    test('makes the object, which its applier then owns', async () => {
      const made = await apply('first', { k: 'v' })
      expect(made.data).toEqual({ k: 'v' })
      expect(ownersIn(made)).toEqual({ first: { 'f:data': { 'f:k': {} } } })
      expect(await scene().read('a')).toEqual(made)
    })

    test('that changes nothing writes nothing', async () => {
      const { metadata } = await apply('first', { k: 'v' })
      expect((await apply('first', { k: 'v' })).metadata.resourceVersion).toBe(metadata.resourceVersion)
    })

    test('is refused with the fields of others that it would change', async () => {
      await apply('first', { k: 'v', z: '1' })
      expect(await refusal(apply('second', { k: 'w', z: '1' }))).toMatchObject({
        reason: 'Conflict',
        code: 409,
        message: 'Apply failed with 1 conflict: conflict with "first": .data.k',
        details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "first"', field: '.data.k' }] },
      })
      expect((await scene().read('a')).data).toEqual({ k: 'v', z: '1' })
    })

    test('takes over by force', async () => {
      await apply('first', { k: 'v', z: '1' })
      const forced = await apply('second', { k: 'w' }, { force: true })
      expect(forced.data).toEqual({ k: 'w', z: '1' })
      expect(ownersIn(forced)).toEqual({ first: { 'f:data': { 'f:z': {} } }, second: { 'f:data': { 'f:k': {} } } })
    })

    test('removes what it leaves out, unless somebody else owns it', async () => {
      await apply('first', { own: '1', shared: '1' })
      await apply('second', { shared: '1' })
      expect((await apply('first', {})).data).toEqual({ shared: '1' })
      expect((await apply('second', undefined)).data).toBeUndefined()
    })

    test('of a subresource changes that part alone', async () => {
      const { spec } = await scene().createPod('p')
      const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status: { message: 'told so' } }
      const options = { fieldManager: 'first', subresource: 'status' }
      const applied = await scene().client.patch(Pod, scene().named('p'), { type: 'apply', body }, options)
      expect(applied).toMatchObject({ spec, status: { message: 'told so' } })
      expect(applied.metadata.managedFields).toContainEqual(
        expect.objectContaining({
          manager: 'first',
          operation: 'Apply',
          subresource: 'status',
          fieldsV1: { 'f:status': { 'f:message': {} } },
        }),
      )
    })

    test('must name its manager', async () => {
      expect(await refusal(apply('', { k: 'v' }))).toMatchObject({
        reason: 'Invalid',
        message: expect.stringContaining('fieldManager: Required value: is required for apply patch'),
      })
    })
  })
}

const ownersIn = ({ metadata }: { metadata: { managedFields?: ManagedFieldsEntry[] } }): Record<string, unknown> =>
  Object.fromEntries((metadata.managedFields ?? []).map((entry) => [entry.manager!, entry.fieldsV1]))
