import { describe, expect, test } from '@jest/globals'
import { nameOfResource, parseObjectArgument, titleOfKey } from './object-reference.ts'
import { HandMadeLog } from './testing/hand-made-log.ts'

const { log } = new HandMadeLog()

describe('parseObjectArgument()', () => {
  test.each(['pod', 'pods', 'po', 'Pod', 'pods.v1.'])('knows pods as %s', (word) => {
    expect(parseObjectArgument([word], log)).toMatchObject({ resource: { group: '', version: 'v1', resource: 'pods' }, name: undefined })
  })

  test.each(['job.batch/x', 'jobs.v1.batch/x', 'Job/x'])('reads %s', (word) => {
    expect(parseObjectArgument([word], log)).toMatchObject({ resource: { group: 'batch', resource: 'jobs' }, name: 'x' })
  })

  test('reads a kind and a name', () => {
    expect(parseObjectArgument(['deploy', 'x'], log)).toMatchObject({ resource: { group: 'apps', resource: 'deployments' }, name: 'x' })
  })

  test('finds events of both groups where they are stored', () => {
    expect(parseObjectArgument(['events.events.k8s.io'], log).resource).toMatchObject({ group: '', resource: 'events' })
  })

  test('passes over kinds that cannot be listed', () => {
    expect(() => parseObjectArgument(['tokenreviews'], log)).toThrow('Cannot find the kind "tokenreviews"')
    expect(() => parseObjectArgument(['jobs.apps'], log)).toThrow('Cannot find the kind "jobs.apps"')
  })

  test('knows the kinds that CustomResourceDefinitions on the tape define', async () => {
    const made = new HandMadeLog()
    const spec = {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', shortNames: ['wd'] },
      versions: [
        { name: 'v1beta1', storage: false },
        { name: 'v1', storage: true, additionalPrinterColumns: [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }] },
      ],
    }
    await made.append('apiextensions.k8s.io/customresourcedefinitions/widgets.example.com', 'create', { spec })
    for (const word of ['wd', 'widgets', 'widget.example.com', 'Widget']) {
      expect(parseObjectArgument([word, 'x'], made.log)).toEqual({
        resource: {
          group: 'example.com',
          version: 'v1',
          kind: 'Widget',
          resource: 'widgets',
          singular: 'widget',
          shortNames: ['wd'],
          namespaced: true,
          printerColumns: [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }],
        },
        name: 'x',
      })
    }
  })

  test('knows them only from the revision on at which they are defined', async () => {
    const made = new HandMadeLog()
    await made.append('/configmaps/default/a', 'create', {})
    const spec = { group: 'example.com', scope: 'Cluster', names: { kind: 'Widget', plural: 'widgets' }, versions: [] }
    await made.append('apiextensions.k8s.io/customresourcedefinitions/widgets.example.com', 'create', { spec })
    expect(parseObjectArgument(['widgets'], made.log, 2).resource).toMatchObject({ singular: 'widget', printerColumns: [] })
    expect(() => parseObjectArgument(['widgets'], made.log, 1)).toThrow('Cannot find the kind "widgets"')
  })
})

describe('titleOfKey()', () => {
  test.each([
    ['/pods/default/web', 'default', 'pod/web'],
    ['batch/jobs/x/demo', 'x', 'job.batch/demo'],
    ['/nodes/n1', '', 'node/n1'],
    ['example.com/widgets/x/w', 'x', 'widgets.example.com/w'],
  ])('names %s', (key, namespace, title) => {
    expect(titleOfKey(key)).toEqual({ namespace, title })
  })
})

describe('nameOfResource()', () => {
  test('leaves the core group out', () => {
    expect(nameOfResource({ group: '', resource: 'configmaps' })).toBe('configmap')
    expect(nameOfResource({ group: 'apps', resource: 'deployments' })).toBe('deployment.apps')
  })
})
