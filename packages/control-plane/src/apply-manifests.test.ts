import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { VirtualClock } from '@kubetape/determinism/testing'
import { applyManifests, readManifests } from './apply-manifests.ts'
import { ControlPlane } from './control-plane.ts'

const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, kind: Widget }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }]
`
const WIDGET = { group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets', namespaced: true }

describe('manifests', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'manifests-'))
    mkdirSync(join(folder, 'all'))
    writeFileSync(join(folder, 'all', 'a.yaml'), 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: one, namespace: art }\n')
    writeFileSync(
      join(folder, 'all', 'b.yml'),
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: here }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: art }\n---\n${DEFINITION}`,
    )
    writeFileSync(join(folder, 'all', 'notes.txt'), 'not for a cluster')
    writeFileSync(join(folder, 'broken.yaml'), 'a: [\n')
    writeFileSync(join(folder, 'nameless.yaml'), 'apiVersion: v1\nkind: ConfigMap\n')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('readManifests() puts definitions and namespaces first', () => {
    expect(readManifests([join(folder, 'all')]).map(({ kind }) => kind)).toEqual([
      'CustomResourceDefinition',
      'Namespace',
      'Widget',
      'ConfigMap',
    ])
  })

  test.each([
    ['nowhere.yaml', 'there is no such file'],
    ['broken.yaml', 'Flow sequence'],
    ['nameless.yaml', 'apiVersion, kind and metadata.name are required'],
  ])('readManifests() refuses %s and names it', (name, why) => {
    const path = join(folder, name)
    expect(() => readManifests([path])).toThrow(`Cannot read "${path}": `)
    expect(() => readManifests([path])).toThrow(why)
  })

  test('applyManifests() makes them, in `default` where they name no namespace, and again changes nothing', async () => {
    const clock = new VirtualClock()
    const within = async <T>(work: Promise<T>): Promise<T> => {
      await clock.advance(1000)
      return work
    }
    const plane = await within(ControlPlane.start({ clock, controllers: [] }))
    const objects = readManifests([join(folder, 'all')])
    await within(applyManifests(plane.client(), objects, clock))
    const widget = await within(plane.client().get(WIDGET, { namespace: 'art', name: 'one' }))
    await within(applyManifests(plane.client(), objects, clock))
    expect(await within(plane.client().get(WIDGET, { namespace: 'art', name: 'one' }))).toEqual(widget)
    await within(plane.client().get(ConfigMap, { namespace: 'default', name: 'here' }))
    const unknown = { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'x' } }
    await expect(within(applyManifests(plane.client(), [unknown]))).rejects.toThrow(
      'Cannot apply Gadget of example.com/v1: neither Kubernetes nor a definition has this kind',
    )
    await within(plane.stop())
  })
})
