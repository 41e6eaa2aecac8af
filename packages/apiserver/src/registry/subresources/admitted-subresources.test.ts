import { beforeEach, describe, expect, test } from '@jest/globals'
import { forbiddenError } from '@kubetape/apimachinery'
import type { AdmissionAttributes } from '../../admission/admission.ts'
import { TestServer } from '../../testing/test-server.ts'

const asked: [operation: string, subresource: string, kind: string, name: string, draft: unknown][] = []
let refusing = 'nothing'
let server: TestServer

const note = ({ operation, resource, subresource, kind, name, draft }: AdmissionAttributes): void => {
  if (resource.info.resource !== 'pods') return
  asked.push([operation, subresource, kind.kind, name, draft])
  if (subresource === refusing) throw forbiddenError({ group: '', resource: 'pods' }, name, 'no')
}

beforeEach(async () => {
  refusing = 'nothing'
  server = await TestServer.start({ plugins: () => [{ name: 'Noting', validate: note }] })
  await server.create('pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
  asked.length = 0
})

describe('subresources with kinds of their own', () => {
  test('have evictions admitted as evictions, and not as deletions too', async () => {
    await server.create('pods/p/eviction', { metadata: { name: 'p' }, deleteOptions: { gracePeriodSeconds: 0 } })
    expect(asked).toEqual([
      ['CREATE', 'eviction', 'Eviction', 'p', expect.objectContaining({ kind: 'Eviction', deleteOptions: { gracePeriodSeconds: 0 } })],
    ])
  })

  test('have bindings admitted', async () => {
    await server.create('pods/p/binding', { metadata: { name: 'p' }, target: { name: 'n' } })
    expect(asked[0]).toEqual(['CREATE', 'binding', 'Binding', 'p', expect.objectContaining({ target: { name: 'n' } })])
    expect((await server.get('pods/p')).body).toMatchObject({ spec: { nodeName: 'n' } })
  })

  test.each([
    ['exec', 'PodExecOptions', { container: 'c', command: 'ls', stdin: 'true' }, { container: 'c', command: ['ls'], stdin: true }],
    ['attach', 'PodAttachOptions', { stdout: 'true' }, { stdout: true }],
    ['portforward', 'PodPortForwardOptions', {}, {}],
    ['proxy', 'PodProxyOptions', { path: 'a' }, { path: 'a' }],
  ])('have connections to %s admitted, with their options', async (what, kind, query, options) => {
    await server.send('create', `pods/p/${what}`, undefined, {}, { query })
    expect(asked[0]).toEqual(['CONNECT', what, kind, 'p', { kind, apiVersion: 'v1', ...options }])
  })

  test.each(['eviction', 'binding', 'exec'])('do nothing that is not admitted: %s', async (what) => {
    refusing = what
    expect((await server.create(`pods/p/${what}`, { metadata: { name: 'p' }, target: { name: 'n' } })).code).toBe(403)
    expect((await server.get('pods/p')).body).not.toMatchObject({ spec: { nodeName: 'n' } })
  })
})
