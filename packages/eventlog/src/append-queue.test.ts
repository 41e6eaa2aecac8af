import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { AppendQueue } from './append-queue.ts'
import { emptyHeads } from './chain.ts'
import { EventLogError } from './errors.ts'
import type { PlannedCommit } from './planned-commit.ts'
import { change } from './testing/log-maker.ts'

function queueThat(commit: (planned: PlannedCommit) => void): { queue: AppendQueue; clock: VirtualClock; live: Map<string, number> } {
  const clock = new VirtualClock()
  const live = new Map<string, number>()
  return { queue: new AppendQueue({ clock, heads: emptyHeads(), live, commit }), clock, live }
}

describe('AppendQueue', () => {
  test('rejects everything queued and takes the revisions back when the commit fails', async () => {
    let full = false
    const { queue, clock, live } = queueThat(() => {
      if (full) throw new EventLogError('DISK_FULL', 'no space')
    })
    const before = queue.append({ entries: [change('create', 'a')] })
    await queue.flush()
    await before
    full = true
    const appends = [
      queue.append({ entries: [change('update', 'a', 1), change('create', 'b')] }),
      queue.append({ entries: [change('delete', 'a', 2), change('delete', 'b', 3)] }),
      queue.append({ entries: [], records: [{ stream: 'run', key: 'r', value: Buffer.from('r') }], lazy: true }),
    ]
    const outcomes = Promise.allSettled(appends)
    await clock.advance(0)
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect([...live]).toEqual([['a', 1]])
    expect(queue.heads.run.position).toBe(0)
    full = false
    const after = queue.append({ entries: [change('update', 'a', 1)] })
    await clock.advance(0)
    expect(await after).toMatchObject([{ revision: 2, prior: 1 }])
  })

  test('tells every listener and resolves the appends even if a listener throws, then lets the error out', async () => {
    const { queue } = queueThat(() => undefined)
    let heard = 0
    queue.onCommit(() => {
      throw new RangeError('a bug')
    })
    queue.onCommit(() => heard++)
    const appended = queue.append({ entries: [change('create', 'a')] })
    expect(() => queue.flush()).toThrow('a bug')
    expect(await appended).toHaveLength(1)
    expect(heard).toBe(1)
    const next = queue.append({ entries: [change('update', 'a', 1)] })
    expect(() => queue.flush()).toThrow('a bug')
    expect(await next).toHaveLength(1)
  })

  test('waits for as many writers as the last commit had, but no longer than that one took', async () => {
    let nowMs = 0
    const turns: (() => void)[] = []
    const sizes: number[] = []
    const clock = {
      wallMs: () => 0,
      monotonicMs: () => nowMs,
      setTimer: () => ({ cancel: () => undefined }),
      defer: (fn: () => void) => void turns.push(fn),
    }
    const commit = ({ entries }: PlannedCommit): void => {
      sizes.push(entries.length)
      nowMs += 1
    }
    const queue = new AppendQueue({ clock, heads: emptyHeads(), live: new Map(), commit })
    const write = (key: string): void => void queue.append({ entries: [change('create', key)] })
    const turn = (): void => turns.splice(0).forEach((fn) => fn())
    for (const key of ['a', 'b', 'c']) write(key)
    turn()
    write('d')
    turn()
    expect(sizes).toEqual([3])
    for (const key of ['e', 'f']) write(key)
    turn()
    expect(sizes).toEqual([3, 3])
    write('g')
    turn()
    nowMs += 1
    turn()
    expect(sizes).toEqual([3, 3, 1])
    write('h')
    turn()
    expect(sizes).toEqual([3, 3, 1, 1])
    await queue.flush()
  })

  test('refuses an append from within encode()', async () => {
    const { queue, clock } = queueThat(() => undefined)
    let inner: Promise<unknown> = Promise.resolve()
    const encode = (): Uint8Array => {
      inner = queue.append({ entries: [change('create', 'b')] })
      return new Uint8Array()
    }
    const outer = queue.append({ entries: [{ ...change('create', 'a'), encode }] })
    await expect(inner).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await clock.advance(0)
    expect(await outer).toHaveLength(1)
  })

  test('does not let lazy records pile up', async () => {
    let commits = 0
    const { queue, clock } = queueThat(() => commits++)
    const big = { entries: [], records: [{ stream: 'run', key: 'r', value: new Uint8Array(600_000) }], lazy: true }
    const appended = [queue.append(big), queue.append(big)]
    await clock.advance(0)
    await Promise.all(appended)
    expect(commits).toBe(1)
  })

  test('says in every later refusal why it ended', async () => {
    const { queue } = queueThat(() => undefined)
    queue.end(new EventLogError('IO_FAILED', 'Cannot append to "x": the disk failed'))
    await expect(queue.append({ entries: [] })).rejects.toMatchObject({ code: 'LOG_CLOSED', message: 'Cannot append: the disk failed' })
  })
})
