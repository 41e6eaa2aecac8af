import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { ConfigMap } from '@kubetape/api/kinds'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import type { Trigger } from '@kubetape/journal'
import { RECORDING_META, recordedKinds } from './recording-object.ts'
import { TapeRecorder } from './tape-recorder.ts'
import { triggeringEntry } from './triggering-entry.ts'

const KIND = ConfigMap as unknown as Kind
const map = (name: string, resourceVersion: string): KubeObject => ({ metadata: { namespace: 'a', name, resourceVersion } })
const trigger = (name: string, change: 'added' | 'updated' | 'deleted', resourceVersion: string): Trigger => ({
  cause: 'change',
  resource: 'configmaps',
  key: `a/${name}`,
  change,
  resourceVersion,
})

describe('triggeringEntry() on a recording', () => {
  let log: EventLog
  beforeEach(async () => {
    const clock = new VirtualClock()
    log = createMemoryLog({ clock, meta: { [RECORDING_META]: 'none' } })
    const recorder = new TapeRecorder(log, { clock })
    const show = (name: string, version: string, before?: string): void =>
      recorder.shown(KIND, `a/${name}`, map(name, version), before === undefined ? undefined : map(name, before))
    // Positions 1 and 2 are the session's and the kind's.
    show('one', '700')
    show('two', '800')
    show('one', '900', '700')
    recorder.shown(KIND, 'a/one', undefined, map('one', '900'))
    show('one', '1000')
    await clock.advance(100)
  })

  test.each([
    [trigger('one', 'added', '700'), 3],
    [trigger('two', 'added', '800'), 4],
    [trigger('one', 'updated', '900'), 5],
    [trigger('one', 'deleted', '900'), 6],
    [trigger('one', 'added', '1000'), 7],
    [trigger('one', 'updated', '4'), undefined],
    [{ ...trigger('one', 'added', '700'), resource: 'secrets' }, undefined],
    [{ cause: 'retry' } satisfies Trigger, undefined],
  ])('finds %j at position %p', (given, position) => {
    expect(triggeringEntry(log, given)?.revision).toBe(position)
  })

  test('looks no further than it is told, and recordedKinds() names the kind', () => {
    expect(triggeringEntry(log, trigger('one', 'added', '1000'), 6)).toBeUndefined()
    const { group, version, kind, resource, namespaced } = ConfigMap
    expect(recordedKinds(log)).toEqual([{ group, version, kind, resource, namespaced }])
  })
})
