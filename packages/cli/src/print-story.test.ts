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
  const story: ChangeStory = { entry, fields: [], by, because }
  return new StoryPrinter({ ink: (_, text) => text, wide, key, lastMs: 0 }).lines(story).map((line) => line.trim())
}

const change = (key: string, revision: number): Trigger => ({
  cause: 'change',
  resource: 'pods',
  key,
  change: 'updated',
  resourceVersion: String(revision),
})

describe('StoryPrinter', () => {
  const triggers = [change('default/a', 1), change('default/b', 2), change('default/c', 3), change('default/a', 4), change('default/d', 5)]

  test('`lines()` tells the newest trigger first and of each object the last one', () => {
    expect(linesFor(KEY, {}, triggers).slice(3, -1)).toEqual([
      'because pods d was updated @5',
      'pods a was updated @4',
      'pods c was updated @3',
      'and 1 more',
    ])
  })

  test('`lines()` tells every trigger when wide', () => {
    expect(
      linesFor(KEY, {}, triggers, true)
        .slice(3, -1)
        .map((line) => line.match(/@\d/)![0]),
    ).toEqual(['@5', '@4', '@3', '@2', '@1'])
  })

  test("`lines()` names the owner that a run of the garbage collector was for, in the owner's namespace", () => {
    const run = { controller: 'garbage-collector', key: 'owner//configmaps/default/t1/some-uid' }
    expect(linesFor(KEY, run, [])[2]).toContain('by controller garbage-collector for its owner configmap/t1, run abcdef12: success')
  })
})
