import { describe, expect, test } from '@jest/globals'
import { OldWidget, ReviewBench, Widget, widget } from '../testing/review-bench.ts'
import { conversionWebhook } from './conversion-webhook.ts'

const Oldest = { ...OldWidget, version: 'v1alpha1' }
const widgets = conversionWebhook({
  hub: Widget,
  versions: [
    {
      kind: OldWidget,
      toHub: ({ spec, ...rest }) => ({ ...rest, spec: { size: Number(spec.width) } }),
      fromHub: ({ spec, ...rest }) => ({ ...rest, spec: { width: String(spec.size) } }),
    },
    {
      kind: Oldest,
      toHub: (old) => ({ ...old, spec: { size: (old.spec.width ?? '').length } }),
      fromHub: ({ spec, ...rest }) => {
        if (spec.size === undefined) throw new Error('no size, no width')
        return { ...rest, spec: { width: 'x'.repeat(spec.size) } }
      },
    },
  ],
})
const old: OldWidget = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'one', namespace: 'default' },
  spec: { width: '3' },
}

describe('conversionWebhook()', () => {
  test('converts to the hub, from it, and between spokes by way of it', async () => {
    const bench = new ReviewBench(widgets)
    expect(await bench.convert('example.com/v2', old, widget({ size: 4 }))).toEqual({
      uid: 'u2',
      result: { status: 'Success' },
      convertedObjects: [widget({ size: 3 }), widget({ size: 4 })],
    })
    expect((await bench.convert('example.com/v1', widget({ size: 5 }))).convertedObjects).toEqual([{ ...old, spec: { width: '5' } }])
    expect((await bench.convert('example.com/v1alpha1', old)).convertedObjects).toEqual([
      { ...old, apiVersion: 'example.com/v1alpha1', spec: { width: 'xxx' } },
    ])
  })

  test('answers all or nothing, and says why', async () => {
    const bench = new ReviewBench(widgets)
    const messageFor = async (...asked: Parameters<ReviewBench['convert']>) => (await bench.convert(...asked)).result
    expect(await messageFor('example.com/v1alpha1', old, widget({}))).toEqual({ status: 'Failure', message: 'no size, no width' })
    expect((await messageFor('example.com/v3', old))?.message).toBe(
      'Cannot convert Widget.example.com: version "v3" is none of v2, v1, v1alpha1',
    )
    expect((await messageFor('other.com/v1', old))?.message).toBe('Cannot convert Widget to other.com/v1: no webhook here does')
    expect(bench.lines.map(({ level, message }) => [level, message])).toEqual(Array(3).fill(['error', 'a conversion failed']))
  })

  test('refuses versions of other kinds, and one twice', () => {
    const same = { toHub: (one: Widget) => one, fromHub: (one: Widget) => one }
    const build = (kind: typeof Widget) => () => conversionWebhook({ hub: Widget, versions: [{ kind, ...same }] })
    expect(build(Widget)).toThrow('Cannot convert version v2 of Widget: it is there twice')
    expect(build({ ...Widget, kind: 'Gadget' })).toThrow('Cannot convert Gadget.example.com: the hub is Widget.example.com')
  })
})
