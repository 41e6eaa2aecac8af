import { describe, expect, test } from '@jest/globals'
import { ExpectationFailed } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Storage } from './storage.ts'
import { objectOf, PODS } from './testing/storage-bench.ts'

describe('Storage.commit() while a commit waits for more writers', () => {
  test('refuses only when what won can be read', async () => {
    const time = { nowMs: 0, stepMs: 1 }
    const turns: (() => void)[] = []
    const clock = {
      wallMs: () => 0,
      monotonicMs: () => (time.nowMs += time.stepMs),
      setTimer: () => ({ cancel: () => undefined }),
      defer: (fn: () => void) => void turns.push(fn),
    }
    const turn = (): void => turns.splice(0).forEach((fn) => fn())
    const log = createMemoryLog({ clock })
    const storage = Storage.open({ log, clock })
    const write = (name: string, expected = 0) =>
      storage.commit([
        { ...PODS, namespace: 'a', name, operation: expected === 0 ? 'create' : 'update', expect: expected, object: objectOf(`a/${name}`) },
      ])
    const first = ['one', 'two', 'three'].map((name) => write(name))
    await log.flush()
    await Promise.all(first)
    // Time stands still, so the next commit waits for the other two writers as long as nobody flushes.
    time.stepMs = 0
    const winning = write('one', 1)
    turn()
    const stale = write('one', 1).catch((error: unknown) => ({ error, revision: storage.get(PODS, 'a', 'one')!.revision }))
    turn()
    expect(await stale).toEqual({ error: expect.any(ExpectationFailed) as unknown, revision: 4 })
    await winning
  })
})
