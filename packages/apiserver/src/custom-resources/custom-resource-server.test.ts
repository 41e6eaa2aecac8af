import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import { InProcessClient } from '../in-process-client.ts'
import type { AdmissionPlugin } from '../admission/admission.ts'
import { type TestAnswer, TestServer } from '../testing/test-server.ts'
import { DELETION_WAIT_MS } from './instance-deletion.ts'

const DEFINITIONS = 'apiextensions.k8s.io/v1/customresourcedefinitions'
const NAME = `${DEFINITIONS}/gadgets.example.com`
const open = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
const definition = (spec: object = {}): object => ({
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: open }],
    ...spec,
  },
})
const gadget = (name: string, rest: object = {}): object => ({ apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name }, ...rest })

describe('CustomResourceServer', () => {
  let server: TestServer
  let stop: () => void
  beforeEach(async () => {
    server = await TestServer.start()
    stop = server.serveCustomResources()
  })
  afterEach(() => stop())

  const conditions = async (): Promise<string[]> => {
    const { status } = (await server.get(NAME)).body as unknown as CustomResourceDefinition
    return status!.conditions!.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`)
  }

  test('establishes a definition step by step, and serves it in the commit that says so', async () => {
    const seen: string[] = []
    server.storage.watch({ group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }, { since: undefined }, ({ object }) => {
      const { status } = object.object as CustomResourceDefinition
      const established = status?.conditions?.find(({ type }) => type === 'Established')
      seen.push(`${established?.reason} ${server.registry.has('example.com', 'v1', 'gadgets')}`)
    })
    await server.create(DEFINITIONS, definition())
    await server.clock.advance(0)
    expect(seen).toEqual(['undefined false', 'Installing true', 'InitialNamesAccepted true'])
    expect(await conditions()).toEqual(['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted'])
    expect((await server.create('example.com/v1/gadgets', gadget('a'))).code).toBe(201)
  })

  test('serves what the log has when it is made anew', async () => {
    await server.create(DEFINITIONS, definition())
    await server.clock.advance(0)
    stop()
    server.registry.serve('gadgets.example.com', [])
    stop = server.serveCustomResources()
    expect(server.registry.has('example.com', 'v1', 'gadgets')).toBe(true)
  })

  test('deletes the objects of a definition before it goes, waits for what is held and creates nothing meanwhile', async () => {
    await server.create(DEFINITIONS, definition())
    await server.clock.advance(0)
    await server.create('example.com/v1/gadgets', gadget('plain'))
    await server.create('example.com/v1/gadgets', gadget('held', { metadata: { name: 'held', finalizers: ['example.com/hold'] } }))
    const deleted = await server.delete(NAME)
    expect(deleted.body.metadata).toMatchObject({ generation: 1, finalizers: ['customresourcecleanup.apiextensions.k8s.io'] })
    await server.clock.advance(1)
    expect((await server.list('example.com/v1/gadgets')).body.items!.map(({ metadata }) => metadata!.name)).toEqual(['held'])
    expect((await server.create('example.com/v1/gadgets', gadget('late'))).body.message).toBe(
      'create not allowed while custom resource definition is terminating',
    )
    expect((await conditions()).at(-1)).toBe('Terminating True InstanceDeletionInProgress')
    await server.clock.advance(DELETION_WAIT_MS)
    expect((await conditions()).at(-1)).toBe('Terminating True InstanceDeletionCheck')
    await server.patch('example.com/v1/gadgets/held', 'merge', { metadata: { finalizers: null } })
    await server.clock.advance(1)
    expect((await server.get(NAME)).code).toBe(404)
    expect(server.registry.knowsGroup('example.com')).toBe(false)
  })

  test('serves the others where a definition of a foreign log cannot be served', async () => {
    const broken = definition({
      versions: [{ name: 'v1', served: true, storage: true, additionalPrinterColumns: [{ name: 'a', type: 'string' }] }],
    })
    const status = { conditions: [{ type: 'Established', status: 'True' }], acceptedNames: { plural: 'broken', kind: 'Broken' } }
    const object = {
      ...broken,
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      status,
      metadata: { name: 'broken.example.com' },
    }
    const place = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', namespace: '', name: 'broken.example.com' }
    const written = server.storage.commit([{ ...place, operation: 'create', expect: 0, object }])
    await server.clock.advance(0)
    await written
    await server.create(DEFINITIONS, definition())
    await server.clock.advance(0)
    expect(server.registry.has('example.com', 'v1', 'gadgets')).toBe(true)
  })

  test('keeps no window of the objects of a definition that has gone', async () => {
    await server.create(DEFINITIONS, definition())
    await server.clock.advance(0)
    const before = String(server.storage.revision)
    await server.create('example.com/v1/gadgets', gadget('a'))
    await server.delete(NAME)
    await server.clock.advance(1)
    await server.create(DEFINITIONS, definition())
    await server.clock.advance(1)
    expect(() => server.watch('example.com/v1/gadgets', { resourceVersion: before })).toThrow('too old resource version')
    const watch = server.watch('example.com/v1/gadgets', { resourceVersion: String(server.storage.revision) })
    await server.create('example.com/v1/gadgets', gadget('b'))
    expect(watch.events).toHaveLength(1)
    watch.stop()
  })

  test('gives the names of a definition that went to the one that waited for them', async () => {
    await server.create(DEFINITIONS, definition())
    await server.clock.advance(0)
    const other = definition({ names: { plural: 'others', kind: 'Gadget', listKind: 'OtherList', singular: 'other' } })
    await server.create(DEFINITIONS, { ...other, metadata: { name: 'others.example.com' } })
    await server.clock.advance(0)
    expect(server.registry.has('example.com', 'v1', 'others')).toBe(false)
    await server.delete(NAME)
    await server.clock.advance(1)
    expect(server.registry.has('example.com', 'v1', 'others')).toBe(true)
  })

  test('stores what comes through one version as the schema of the storage version has it, and serves what each version knows', async () => {
    const spec = (properties: object, more: object = {}): object => ({
      openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties, ...more } } },
    })
    const size = { size: { type: 'integer' } }
    const stored = { name: 'v1', served: true, storage: true, schema: spec({ ...size, colour: { type: 'string', default: 'red' } }) }
    const other = { name: 'v2', served: true, storage: false, schema: spec({ ...size, late: { type: 'integer', default: 7 } }) }
    await server.create(DEFINITIONS, definition({ versions: [stored, other] }))
    await server.clock.advance(0)
    const group = (version: string): string => `example.com/${version}/gadgets`
    const body = { apiVersion: 'example.com/v2', kind: 'Gadget', metadata: { name: 'w' }, spec: { size: 1 } }
    // Its own default is filled in as it is written, and then lost: the storage version does not know it.
    expect((await server.create(group('v2'), body)).body['spec']).toEqual({ size: 1 })
    expect((await server.get(`${group('v1')}/w`)).body['spec']).toEqual({ colour: 'red', size: 1 })
    const { body: patched } = await server.patch(`${group('v1')}/w`, 'merge', { metadata: { labels: { a: 'b' } } })
    expect([patched.metadata?.generation, patched['spec']]).toEqual([1, { colour: 'red', size: 1 }])
  })

  test('serves an object in every version, with only the apiVersion changed', async () => {
    const version = (name: string, storage: boolean): object => ({ name, served: true, storage, schema: open })
    await server.create(DEFINITIONS, definition({ versions: [version('v1', true), version('v2', false)] }))
    await server.clock.advance(0)
    await server.create('example.com/v1/gadgets', gadget('a', { spec: { n: 1 } }))
    expect((await server.get('example.com/v2/gadgets/a')).body).toMatchObject({ apiVersion: 'example.com/v2', spec: { n: 1 } })
    await server.patch(NAME, 'json', [
      { op: 'replace', path: '/spec/versions/0/storage', value: false },
      { op: 'replace', path: '/spec/versions/1/storage', value: true },
    ])
    await server.create('example.com/v1/gadgets', gadget('b'))
    const { items } = (await server.list('example.com/v1/gadgets')).body
    expect(items!.map(({ apiVersion }) => apiVersion)).toEqual(['example.com/v1', 'example.com/v1'])
  })

  describe('ends watches', () => {
    const version = (name: string, rest: object = {}): object => ({ name, served: true, storage: name === 'v1', schema: open, ...rest })
    beforeEach(async () => {
      await server.create(DEFINITIONS, definition({ versions: [version('v1'), version('v2')] }))
      await server.clock.advance(0)
    })

    test('when their definition goes, after the last of its objects, and after those who watch definitions have heard of it', async () => {
      await server.create('example.com/v1/gadgets', gadget('a'))
      const watch = server.watch('example.com/v1/gadgets')
      const ends: string[] = []
      const inProcess = new InProcessClient(server.registry, { user: { name: 'jane', groups: [] }, userAgent: 'test' })
      const kind = { group: 'example.com', version: 'v1', kind: 'Gadget', resource: 'gadgets', namespaced: true }
      inProcess.watch(kind).subscribe({
        next: ({ type }) => ends.push(type),
        complete: () => ends.push(`completed ${server.registry.has('example.com', 'v1', 'gadgets')}`),
      })
      const definitions = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }
      server.storage.watch(definitions, { since: server.storage.revision }, ({ type }) => {
        if (type === 'DELETED') ends.push('definition gone')
      })
      await server.delete(NAME)
      await server.clock.advance(1)
      expect(watch.events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED'])
      expect(watch.ended()).toBe(true)
      expect(ends).toEqual(['ADDED', 'DELETED', 'definition gone', 'completed false'])
    })

    test.each([
      ['another version is no longer served', [version('v1'), version('v2', { served: false })]],
      ['a schema changes', [version('v1', { schema: { openAPIV3Schema: { type: 'object' } } }), version('v2')]],
    ])('when %s, and what is watched then is what is served then', async (_, versions) => {
      const watch = server.watch('example.com/v1/gadgets')
      await server.patch(NAME, 'merge', { spec: { versions } })
      await server.clock.advance(0)
      expect(watch.ended()).toBe(true)
      const next = server.watch('example.com/v1/gadgets')
      await server.create('example.com/v1/gadgets', gadget('late'))
      expect([watch.events.length, next.events.length]).toEqual([0, 1])
      next.stop()
    })

    test('but not for what leaves objects as they are', async () => {
      const watch = server.watch('example.com/v1/gadgets')
      await server.patch(NAME, 'merge', { metadata: { labels: { a: 'b' } } })
      await server.create('example.com/v1/gadgets', gadget('held', { metadata: { name: 'held', finalizers: ['example.com/hold'] } }))
      await server.delete(NAME)
      await server.clock.advance(1)
      expect((await conditions()).at(-1)).toBe('Terminating True InstanceDeletionInProgress')
      expect(watch.ended()).toBe(false)
      watch.stop()
    })
  })

  describe('writes that are on their way when their definition changes', () => {
    const properties = (...names: string[]): object => ({
      openAPIV3Schema: { type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) },
    })
    const version = (schema: object): object => ({ name: 'v1', served: true, storage: true, schema })

    /** The answer to a create that is in admission while `change` happens. */
    async function overtaken(change: () => Promise<unknown>): Promise<TestAnswer> {
      const waits: AdmissionPlugin = {
        name: 'Waits',
        validate: ({ resource }) => (resource.custom ? new Promise((resolve) => server.clock.setTimer(resolve, 500)) : undefined),
      }
      stop()
      server = await TestServer.start({ plugins: () => [waits] })
      stop = server.serveCustomResources()
      await server.create(DEFINITIONS, definition({ versions: [version(properties('old', 'both'))] }))
      await server.clock.advance(0)
      const [created] = await Promise.all([server.create('example.com/v1/gadgets', gadget('a', { old: 'x', both: 'y' })), change()])
      return created
    }

    test('store nothing of one that has gone', async () => {
      const { code } = await overtaken(() => server.delete(NAME))
      expect(code).toBe(404)
      expect(server.storage.count({ group: 'example.com', resource: 'gadgets' })).toBe(0)
    })

    test('store what its schema says now', async () => {
      const versions = [version(properties('both'))]
      const { code, body } = await overtaken(() => server.patch(NAME, 'merge', { spec: { versions } }))
      expect([code, body['old'], body['both']]).toEqual([201, undefined, 'y'])
    })
  })

  test('warns of a deprecated version, and names a better one', async () => {
    const version = (name: string, rest: object): object => ({ name, served: true, storage: false, schema: open, ...rest })
    await server.create(DEFINITIONS, definition({ versions: [version('v1', { storage: true }), version('v1beta1', { deprecated: true })] }))
    await server.clock.advance(0)
    expect((await server.list('example.com/v1beta1/gadgets')).warnings).toEqual([
      'example.com/v1beta1 Gadget is deprecated; use example.com/v1 Gadget',
    ])
  })
})
