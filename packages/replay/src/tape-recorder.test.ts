import { describe, expect, test } from '@jest/globals'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import type { RunBegin, RunRequest } from '@kubetape/journal'
import { TapeRecorder } from './tape-recorder.ts'

const KIND: Kind = { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps', namespaced: true }
const RUN: RunBegin = {
  id: 'run',
  controller: 'handler',
  key: 'one',
  attempt: 1,
  triggers: [],
  startedAtMs: 0,
  views: {},
  ownWrites: [],
  seed: 1,
  carried: undefined,
  gates: {},
  codeVersion: '',
}
const map = (name: string, resourceVersion: string): KubeObject => ({ metadata: { namespace: 'default', name, resourceVersion } })
const create: RunRequest = {
  sequence: 1,
  verb: 'create',
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespace: 'default',
  body: { metadata: { generateName: 'one-' } },
}

describe('TapeRecorder', () => {
  test('knows the cause of a write that the watch shows after its answer, and of no other version', async () => {
    const clock = new VirtualClock()
    const log = createMemoryLog({ clock })
    const recorder = new TapeRecorder(log, { clock })
    recorder.journal.begin(RUN)
    recorder.journal.request(RUN, create)
    recorder.journal.answer(RUN, create, { type: 'object', object: map('one-x7', '12') })
    recorder.shown(KIND, 'default/one-x7', map('one-x7', '12'), undefined)
    recorder.shown(KIND, 'default/one-x7', map('one-x7', '13'), undefined)
    recorder.shown(KIND, 'default/other', map('other', '12'), undefined)
    await clock.advance(10)
    const causes = log.entries({ from: 1, limit: 10, prefix: '/configmaps/' }).map(({ key, cause }) => [key, cause])
    expect(causes).toEqual([
      ['/configmaps/default/one-x7', 'run:run/1'],
      ['/configmaps/default/one-x7', undefined],
      ['/configmaps/default/other', undefined],
    ])
  })
})
