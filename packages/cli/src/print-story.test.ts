import { describe, expect, test } from '@jest/globals'
import type { Entry } from '@kubetape/eventlog'
import type { Explanation, RunRecord, Trigger } from '@kubetape/journal'
import type { ChangeStory } from './change-story.ts'
import { StoryPrinter } from './print-story.ts'

const KEY = 'batch/jobs/default/t1'

function linesFor(key: string, run: Partial<RunRecord>, triggers: Trigger[], wide = false): string[] {
  const entry = { key, operation: 'update', revision: 9, timeMs: 0 } as Entry
  const by = { type: 'run', run: { id: 'abcdef123456', controller: 'job', key: 'default/t1', outcome: 'success', ...run } } as Explanation
  const because = triggers.map((trigger) => ({ trigger, entry: undefined, by: undefined }))
  const story: ChangeStory = { entry, fields: [{ path: 'status.ready', after: 1 }], by, because, calls: [] }
  return new StoryPrinter({ ink: (_, text) => text, wide, key, lastMs: 0 }).lines(story).map((line) => line.trim())
}

/** The lines of one change, with what matters to a test. */
function tell(change: { operation?: Entry['operation']; fields?: ChangeStory['fields']; by?: Explanation }): string[] {
  const entry = { key: KEY, operation: change.operation ?? 'update', revision: 9, timeMs: 0 } as Entry
  const story: ChangeStory = { entry, fields: change.fields, by: change.by, because: [], calls: [] }
  return new StoryPrinter({ ink: (_, text) => text, wide: false, key: KEY, lastMs: 0 }).lines(story).map((line) => line.trim())
}

const change = (key: string, revision: number): Trigger => ({
  cause: 'change',
  resource: 'pods',
  key,
  change: 'updated',
  resourceVersion: String(revision),
})

describe('StoryPrinter', () => {
  test.each([
    [undefined, false, 'somebody that the tape does not name'],
    [undefined, true, 'somebody that the tape does not name: a recording knows only the controllers that it was made of'],
    ['run:0123456789ab/1', false, 'run 01234567, of which the tape has nothing more'],
  ])('`lines()` says of an author by the cause %s, recording %s, what can be said', (cause, recording, author) => {
    const entry = { key: KEY, operation: 'update', revision: 9, timeMs: 0, ...(cause === undefined ? {} : { cause }) } as Entry
    const story: ChangeStory = { entry, fields: [], by: undefined, because: [], calls: [] }
    const printer = new StoryPrinter({ ink: (_, text) => text, wide: false, recording, key: KEY, lastMs: 0 })
    expect(printer.lines(story)[2]).toBe(`@9  00:00:00.000  updated by ${author}`)
  })

  const triggers = [change('default/a', 1), change('default/b', 2), change('default/c', 3), change('default/a', 4), change('default/d', 5)]

  test('`lines()` tells the newest trigger first and of each object the last one', () => {
    expect(linesFor(KEY, {}, triggers).slice(3, -2)).toEqual([
      'because pods d was updated @5',
      'pods a was updated @4',
      'pods c was updated @3',
      'and 1 more',
    ])
  })

  test('`lines()` tells every trigger when wide', () => {
    expect(
      linesFor(KEY, {}, triggers, true)
        .slice(3, -2)
        .map((line) => line.match(/@\d/)![0]),
    ).toEqual(['@5', '@4', '@3', '@2', '@1'])
  })

  test.each([
    ['update', { verb: 'patch', subresource: 'status' }, 'status updated'],
    ['update', { verb: 'update', subresource: 'scale' }, 'scale updated'],
    ['update', { verb: 'create', subresource: 'binding' }, 'bound to a node'],
    ['update', { verb: 'create', subresource: 'eviction' }, 'evicted'],
    ['delete', { verb: 'create', subresource: 'eviction' }, 'evicted'],
    ['update', { verb: 'delete' }, 'marked for deletion'],
    ['update', { verb: 'patch' }, 'updated'],
    ['delete', { verb: 'update' }, 'deleted'],
  ] as const)('`lines()` tells a(n) %s by %j as "%s"', (operation, request, told) => {
    const actor = { type: 'actor', actor: { user: 'ann', ...request } } as Explanation
    expect(tell({ operation, by: actor })[2]).toBe(`@9  00:00:00.000  ${told} by ann`)
    const run = { type: 'run', run: { id: 'abcdef', controller: 'job', key: 'default/t1', outcome: 'success' }, request } as Explanation
    if (request.verb !== 'delete') expect(tell({ operation, by: run })[2]).toContain(`${told} by controller job`)
  })

  test('`lines()` tells a field that came, went or changed so that nobody takes it for a sum', () => {
    const fields = [
      { path: 'status.active', before: 1 },
      { path: 'status.failed', after: 1 },
      { path: 'status.ready', before: 1, after: 2 },
    ]
    expect(tell({ fields }).slice(3, -1)).toEqual(['status.active  removed, was 1', 'status.failed  set to 1', 'status.ready   1 → 2'])
  })

  test('`lines()` says of an update that shows no field what it was, and of nothing else', () => {
    expect(tell({ fields: [] })[3]).toBe('(only bookkeeping changed: managedFields, resourceVersion)')
    expect(tell({ fields: undefined })[3]).toBe('(what changed is no longer on the tape)')
    expect(tell({ operation: 'create', fields: [] })[3]).toBe('')
  })

  test("`lines()` names the owner that a run of the garbage collector was for, in the owner's namespace", () => {
    const run = { controller: 'garbage-collector', key: 'owner//configmaps/default/t1/some-uid' }
    expect(linesFor(KEY, run, [])[2]).toContain('by controller garbage-collector for its owner configmap/t1, run abcdef12: success')
  })
})
