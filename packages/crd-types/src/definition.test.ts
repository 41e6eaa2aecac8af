import { describe, expect, test } from '@jest/globals'
import { definitionsOf } from './definition.ts'
import { readDefinitions } from './read-definitions.ts'

const version = (name: string, more: object = {}) => ({ name, served: true, schema: { openAPIV3Schema: { type: 'object' } }, ...more })
const crd = (more: object = {}, spec: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: { group: 'example.com', scope: 'Namespaced', names: { kind: 'Widget', plural: 'widgets' }, versions: [version('v1')], ...spec },
  ...more,
})

describe('definitionsOf()', () => {
  test('finds definitions in Lists and beside other objects, their served versions preferred first', () => {
    const versions = [
      version('v1alpha1', { served: false }),
      version('v1beta1', { deprecated: true }),
      version('v2'),
      version('v1', { deprecated: true, deprecationWarning: 'use v2' }),
    ]
    const listed = { spec: { ...crd().spec, versions }, metadata: crd().metadata }
    const found = definitionsOf(
      [
        { kind: 'Deployment' },
        { apiVersion: 'v1', kind: 'List', items: [crd({}, { scope: 'Cluster' })] },
        { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinitionList', items: [listed] },
      ],
      'x',
    )
    const [cluster, many] = found
    expect(found).toHaveLength(2)
    expect(cluster).toMatchObject({
      name: 'widgets.example.com',
      group: 'example.com',
      kind: 'Widget',
      plural: 'widgets',
      namespaced: false,
    })
    expect(many?.namespaced).toBe(true)
    expect(many?.versions.map(({ name, deprecation }) => [name, deprecation])).toEqual([
      ['v2', undefined],
      ['v1', 'use v2'],
      ['v1beta1', 'v1beta1 is deprecated'],
    ])
  })

  test.each([
    ['nothing', [], 'file.yaml: there is no CustomResourceDefinition in it, only nothing'],
    ['other objects', [{ kind: 'Pod' }, 3], 'file.yaml: there is no CustomResourceDefinition in it, only Pod, something that is no object'],
    [
      'v1beta1',
      [crd({ apiVersion: 'apiextensions.k8s.io/v1beta1' })],
      'which Kubernetes has no more since v1.22: write it in apiextensions.k8s.io/v1',
    ],
    ['another group', [crd({ apiVersion: 'v1' })], 'widgets.example.com: its apiVersion is "v1", not apiextensions.k8s.io/v1'],
    ['no spec', [crd({ spec: undefined })], 'widgets.example.com: spec is missing'],
    ['no names', [crd({}, { names: undefined })], 'widgets.example.com: spec.names is missing'],
    ['no kind', [crd({}, { names: { plural: 'widgets' } })], 'widgets.example.com: spec.names.kind is missing'],
    ['no name', [crd({ metadata: undefined }, { group: '' })], 'a definition without a name: spec.group is missing'],
    ['no versions', [crd({}, { versions: undefined })], 'widgets.example.com: spec.versions is missing'],
    ['no served version', [crd({}, { versions: [version('v1', { served: false })] })], 'none of its versions is served'],
    [
      'no schema',
      [crd({}, { versions: [version('v1', { schema: {} })] })],
      'version v1 of widgets.example.com: it has no schema.openAPIV3Schema',
    ],
  ])('refuses %s', (_, objects, message) => {
    expect(() => definitionsOf(objects, 'file.yaml')).toThrow(message)
  })
})

describe('readDefinitions()', () => {
  test('reads documents of YAML, empty ones too, and JSON', () => {
    expect(readDefinitions(`---\n# nothing\n---\n${JSON.stringify(crd())}\n---\nkind: Pod\n`, 'x')).toHaveLength(1)
    expect(readDefinitions(JSON.stringify(crd(), null, 2), 'x')).toHaveLength(1)
  })

  test('says where a text is no YAML', () => {
    expect(() => readDefinitions('a: 1\nb: [', 'crds.yaml')).toThrow(
      /^Cannot make types of crds\.yaml: it is no YAML: .* at line 2, column 5$/,
    )
  })
})
