import { describe, expect, test } from '@jest/globals'
import { advance, type ContainerLife, kill, NEW_CONTAINER, recovered, start } from './container-life.ts'

const AT = 1_000_000
const running = start(NEW_CONTAINER, AT)

describe('advance()', () => {
  test('leaves a container running until its time is up, and says when that is', () => {
    expect(advance(running, { runMs: 50, exitCode: 0, restarts: false }, AT + 49)).toEqual({ life: running, nextMs: AT + 50 })
    expect(advance(running, undefined, AT + 1e9)).toEqual({ life: running, nextMs: undefined })
  })

  test('ends it with its code at its time, however late it is looked at', () => {
    const { life, nextMs } = advance(running, { runMs: 50, exitCode: 3, restarts: false }, AT + 5000)
    expect(life.state).toEqual({ type: 'ended', end: { startedMs: AT, finishedMs: AT + 50, exitCode: 3, reason: 'Error' } })
    expect(nextMs).toBeUndefined()
  })

  test('restarts at once, then after 10 s, 20 s and so on up to 5 minutes', () => {
    const planned = { runMs: 100, exitCode: 1, restarts: true }
    const starts: number[] = []
    let life: ContainerLife = running
    let now = AT
    for (let look = 0; look < 16; look++) {
      const stepped = advance(life, planned, now)
      if (stepped.life.state.type === 'running' && starts.at(-1) !== stepped.life.state.startedMs) starts.push(stepped.life.state.startedMs)
      life = stepped.life
      now = stepped.nextMs!
    }
    expect(starts.slice(1).map((at, index) => at - starts[index]! - 100)).toEqual([
      0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000,
    ])
    expect(life.restarts).toBe(starts.length - 1)
  })

  test('forgets the back-off of a container that ran for ten minutes', () => {
    const crashed: ContainerLife = { ...running, restarts: 4, crashes: 4 }
    expect(advance(crashed, { runMs: 600_000, exitCode: 1, restarts: true }, AT + 600_001).life).toMatchObject({
      state: { type: 'running', startedMs: AT + 600_000 },
      restarts: 5,
      crashes: 1,
    })
  })
})

describe('kill()', () => {
  test('ends what runs with the code of SIGTERM, and leaves what has ended', () => {
    const killed = kill(running, AT + 10)
    expect(killed.state).toEqual({ type: 'ended', end: { startedMs: AT, finishedMs: AT + 10, exitCode: 143, reason: 'Error' } })
    expect(kill(killed, AT + 99)).toBe(killed)
  })

  test('reports a container that never started as lost', () => {
    expect(kill(NEW_CONTAINER, AT).state).toMatchObject({ type: 'ended', end: { exitCode: 137, reason: 'ContainerStatusUnknown' } })
  })
})

describe('recovered()', () => {
  test('reads a life off a status', () => {
    const base = { name: 'c', image: 'i', imageID: '', ready: true }
    expect(recovered(undefined)).toEqual(NEW_CONTAINER)
    expect(recovered({ ...base, restartCount: 2, state: { running: { startedAt: '2024-05-01T12:00:00Z' } } })).toEqual({
      state: { type: 'running', startedMs: Date.UTC(2024, 4, 1, 12) },
      restarts: 2,
      crashes: 2,
    })
    expect(
      recovered({ ...base, restartCount: 0, state: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2024-05-01T12:00:00Z' } } })
        .state,
    ).toMatchObject({ type: 'ended', end: { exitCode: 1 } })
    expect(
      recovered({
        ...base,
        restartCount: 1,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, finishedAt: '2024-05-01T12:00:00Z' } },
      }).state,
    ).toMatchObject({ type: 'backing-off' })
  })
})
