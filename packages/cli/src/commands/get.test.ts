import { describe, expect, test } from '@jest/globals'
import { CustomResourceDefinition } from '@kubetape/api/kinds'
import type { Kind } from '@kubetape/apimachinery'
import type { RecordingOptions } from '../testing/recorded-tape.ts'
import { tapeFolder } from '../testing/tape-folder.ts'

const tape = tapeFolder()

const revisionsOf = async (object: string): Promise<number[]> =>
  (await tape.kubetape('log', object, '-o', 'json')).out.map((line) => (JSON.parse(line) as { revision: number }).revision)

describe('kubetape get', () => {
  test("prints the API server's columns, with ages as of that moment", async () => {
    const [created, started] = await revisionsOf('job/demo')
    expect(await tape.kubetape('get', 'jobs', '--at', String(created))).toEqual({
      exitCode: 0,
      out: ['NAME   STATUS    COMPLETIONS   DURATION   AGE', 'demo   Running   0/1                      0s'],
      err: [],
    })
    expect((await tape.kubetape('get', 'job/demo', '--at', String(started))).out[1]).toBe('demo   Running   0/1           0s         0s')
    expect((await tape.kubetape('get', 'job.batch', 'demo', '--no-headers')).out).toEqual([
      expect.stringMatching(/^demo {3}Failed {3}0\/1 {3}2s {3}2s$/),
    ])
  })

  test('shows the state at a revision, a resourceVersion and a time', async () => {
    const [blue, green] = await revisionsOf('cm/settings')
    const color = async (...flags: string[]): Promise<string> =>
      (JSON.parse((await tape.kubetape('get', 'cm', 'settings', '-o', 'json', ...flags)).out.join('\n')) as { data: { color: string } })
        .data.color
    expect(await color()).toBe('green')
    expect(await color('--at', String(blue))).toBe('blue')
    expect(await color('--at', String(green! - 1))).toBe('blue')
    expect(await color('--at', `rv:${blue}`)).toBe('blue')
    expect(await color('--at', '2024-08-13T00:00:01.9Z')).toBe('blue')
    expect(await color('--at', '2024-08-13T02:00:02+02:00')).toBe('green')
  })

  test('prints YAML with sorted members', async () => {
    const { out } = await tape.kubetape('get', 'cm/settings', '-o', 'yaml')
    expect(out.slice(0, 5)).toEqual(['apiVersion: v1', 'data:', '  color: green', 'kind: ConfigMap', 'metadata:'])
  })

  test('prints names, and Lists of several', async () => {
    expect((await tape.kubetape('get', 'jobs', '-o', 'name')).out).toEqual(['job.batch/demo'])
    const list = JSON.parse((await tape.kubetape('get', 'cm', '-A', '-o', 'json')).out.join('\n')) as {
      kind: string
      items: { metadata: { name: string; managedFields?: unknown } }[]
    }
    expect(list.kind).toBe('List')
    expect(list.items.map(({ metadata }) => metadata.name)).toContain('settings')
    expect(list.items.every(({ metadata }) => metadata.managedFields === undefined)).toBe(true)
  })

  test('adds columns with -o wide and -A', async () => {
    const { out } = await tape.kubetape('get', 'pods', '-A', '-o', 'wide')
    expect(out[0]).toMatch(/^NAMESPACE {3}NAME .* NOMINATED NODE {3}READINESS GATES$/)
    expect(out[1]).toMatch(/^default {5}demo-\w{5} /)
  })

  test('selects by labels', async () => {
    expect((await tape.kubetape('get', 'cm', '-l', 'app=web', '-o', 'name')).out).toEqual(['configmap/settings'])
    expect(await tape.kubetape('get', 'cm', '-l', 'app in (')).toEqual({
      exitCode: 2,
      out: [],
      err: [expect.stringMatching(/^error: Cannot use the selector "app in \(":/)],
    })
  })

  test('says when there is nothing', async () => {
    expect(await tape.kubetape('get', 'pods', '-n', 'kube-system')).toEqual({
      exitCode: 0,
      out: [],
      err: ['No resources found in kube-system namespace.'],
    })
    expect(await tape.kubetape('get', 'cm', 'settings', '--at', '3')).toEqual({
      exitCode: 1,
      out: [],
      err: ['error: Cannot get configmaps "settings" in namespace "default": it did not exist at revision 3'],
    })
  })

  test.each([
    [['--at', '999999'], /Cannot read revision 999999: the tape ends at \d+/],
    [['--at', '0'], /Cannot read revision 0: the first one is 1/],
    [['--at', '2020-01-01T00:00:00Z'], /Cannot read the tape at 2020-01-01T00:00:00Z: it starts later/],
    [['settings', '-A'], /Cannot get "settings": a name goes neither with --all-namespaces nor with --selector/],
    [['-o', 'xml'], /argument 'xml' is invalid/],
  ])('refuses %j as a wrong question', async (flags, message) => {
    const { exitCode, err } = await tape.kubetape('get', 'cm', ...flags)
    expect(exitCode).toBe(2)
    expect(err[0]).toMatch(message)
  })
})

const Widget: Kind = { group: 'example.test', version: 'v1', kind: 'Widget', resource: 'widgets', namespaced: true }
const definition = 'widgets.example.test'
const columns = (...members: string[]) => members.map((member) => ({ name: member, type: 'string', jsonPath: `.spec.${member}` }))
const versionWith = (additionalPrinterColumns: object[]) => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  additionalPrinterColumns,
})

/** A definition has one column, then two others, then it is deleted. */
const widgets: RecordingOptions['during'] = async (soon, client) => {
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' }
  const spec = { group: Widget.group, scope: 'Namespaced', names, versions: [versionWith(columns('size'))] }
  await soon(client.create(CustomResourceDefinition, { metadata: { name: definition }, spec } as never))
  const metadata = { namespace: 'default', name: 'w' }
  await soon(client.create(Widget, { apiVersion: 'example.test/v1', kind: 'Widget', metadata, spec: { size: 'big', color: 'red' } }))
  const body = { spec: { versions: [versionWith([...columns('color'), { ...columns('size')[0]!, priority: 1 }])] } }
  await soon(client.patch(CustomResourceDefinition, { name: definition }, { type: 'merge', body }))
  await soon(client.delete(CustomResourceDefinition, { name: definition }))
}

describe('kubetape get of custom resources', () => {
  const folder = tapeFolder({ during: widgets })
  const get = async (at: number, ...flags: string[]): Promise<string[]> =>
    (await folder.kubetape('get', 'widgets', '--at', String(at), ...flags)).out
  const changes = async (): Promise<number[]> =>
    (await folder.kubetape('log', `crd/${definition}`, '-o', 'json')).out.map((line) => (JSON.parse(line) as { revision: number }).revision)

  test('prints the columns that the definition had then, also when it is gone now', async () => {
    const revisions = await changes()
    const recolored = revisions.find((one, at) => at > 0 && one - revisions[at - 1]! > 1)!
    expect(await get(recolored - 1)).toEqual(['NAME   SIZE', 'w      big'])
    expect(await get(recolored)).toEqual(['NAME   COLOR', 'w      red'])
    expect(await get(recolored, '-o', 'wide')).toEqual(['NAME   COLOR   SIZE', 'w      red     big'])
    expect((await folder.kubetape('get', 'widgets')).err).toEqual([expect.stringContaining('Cannot find the kind "widgets"')])
  })
})
