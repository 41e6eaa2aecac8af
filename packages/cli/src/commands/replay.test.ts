import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { ControlPlane } from '@kubetape/control-plane'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { controllerFor } from '@kubetape/runtime'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'
import { ofMine } from '../testing/of-mine.ts'
import { tapeFolder } from '../testing/tape-folder.ts'

/** Yesterday's controller of this name: what the built-in one does today is something else. */
const yesterdays = controllerFor(ConfigMap)
  .named('ttl-after-finished')
  .reconcile(async ({ namespace, name }, { client }) => {
    if (name === 'settings')
      await client.patch(ConfigMap, { namespace, name }, { type: 'merge', body: { metadata: { annotations: { seen: 'yes' } } } })
  })

describe('kubetape replay, where nothing can be confirmed', () => {
  test.each([
    ['the tape has no run', [], 'Cannot replay anything: the tape has no run; "kubetape runs" lists those that it has'],
    [
      'every run was skipped',
      [ofMine()],
      'Cannot confirm what the tape says: every run was skipped; controllers of your own are added with --add',
    ],
  ])('ends with 1: %s', async (_why, add, message) => {
    const data = mkdtempSync(join(tmpdir(), 'kubetape-cli-'))
    try {
      const plane = await ControlPlane.start({ data, controllers: [], add })
      await plane.client().create(ConfigMap, { metadata: { namespace: 'default', name: 'settings' } })
      while (add.length > 0 && plane.log.records('run', { limit: 1 }).length === 0)
        await new Promise<void>((resolve) => systemClock().defer(() => void plane.log.flush().then(resolve)))
      await plane.stop()
      const output = new MemoryOutput()
      expect([await run(['replay', '--data', data], output), output.errLines]).toEqual([1, [`error: ${message}`]])
    } finally {
      rmSync(data, { recursive: true })
    }
  })
})

describe('kubetape replay', () => {
  const faithful = tapeFolder()
  const changed = tapeFolder({ plane: { controllers: ['*', '-ttl-after-finished'], add: [yesterdays, ofMine()] } })

  test('finds every run the same when the code is', async () => {
    const { exitCode, out, err } = await faithful.kubetape('replay')
    expect(err).toEqual([])
    expect(exitCode).toBe(0)
    const [, runs, same] = /^(\d+) runs: (\d+) same, 0 diverged, 0 skipped$/.exec(out.at(-1)!)!
    expect(out.length).toBe(1)
    expect(Number(runs)).toBeGreaterThan(10)
    expect(same).toBe(runs)
  })

  test('keeps to a controller, a key or one run', async () => {
    const { out } = await faithful.kubetape('replay', '--controller', 'job', '--key', 'default/demo', '--verbose')
    expect(out.slice(0, -1).every((line) => /^same: run [0-9a-f]{8} of job for default\/demo, \d requests?$/.test(line))).toBe(true)
    const id = /run ([0-9a-f]{8})/.exec(out[0]!)![1]!
    expect((await faithful.kubetape('replay', '--run', id)).out).toEqual(['1 run: 1 same, 0 diverged, 0 skipped'])
    expect((await faithful.kubetape('replay', '--run', 'zzz')).exitCode).toBe(1)
    const mistyped = await faithful.kubetape('replay', '--controller', 'nope', '--key', 'default/x')
    expect([mistyped.exitCode, mistyped.err.join(' ')]).toEqual([
      1,
      expect.stringContaining('no run of controller "nope" for key "default/x"'),
    ])
    expect((await faithful.kubetape('replay', '--run', id, '--key', 'x')).exitCode).toBe(2)
  })

  test('shows a divergence as recorded against now, and ends with 1', async () => {
    const { exitCode, out, err } = await changed.kubetape('replay')
    expect(exitCode).toBe(1)
    const at = out.findIndex((line) => line.startsWith('diverged: '))
    expect(out[at]).toMatch(/^diverged: run [0-9a-f]{8} of ttl-after-finished for default\/settings, request 1: now does not ask for it$/)
    expect(out.slice(at + 1, at + 4)).toEqual(['--- recorded', '+++ now', expect.stringMatching(/^@@ -1,\d+ \+1,0 @@$/)])
    expect(out).toContain('-        "seen": "yes"')
    expect(out).toContainEqual(expect.stringMatching(/^\d+ skipped: there is no such controller; name its module with --add \(of-mine\)$/))
    expect(out.at(-1)).toMatch(/^\d+ runs: \d+ same, [1-9]\d* diverged, [1-9]\d* skipped$/)
    expect(err).toEqual([expect.stringMatching(/^error: Cannot confirm what the tape says: \d+ of \d+ runs diverged$/)])
  })

  test('prints one run a line and the totals with -o json', async () => {
    const { out } = await changed.kubetape('replay', '-o', 'json')
    const lines = out.map((line) => JSON.parse(line) as { verdict?: string; runs?: number; divergence?: { recorded: { verb: string } } })
    expect(lines.at(-1)).toMatchObject({ runs: lines.length - 1 })
    expect(lines.find(({ verdict }) => verdict === 'diverged')?.divergence?.recorded.verb).toBe('patch')
  })

  test('ends with 1 when all that was asked for is skipped, and takes the controller from --add', async () => {
    const asked = ['replay', '--controller', 'of-mine']
    const { exitCode, err } = await changed.kubetape(...asked)
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: ['error: Cannot replay "of-mine": every run was skipped'] })
    const added = await changed.kubetape(...asked, '--add', join(import.meta.dirname, '../testing/of-mine.ts'))
    expect(added).toMatchObject({ exitCode: 0, err: [] })
    expect(added.out).toEqual([expect.stringMatching(/^(\d+) runs: \1 same, 0 diverged, 0 skipped$/)])
  })

  test('ends with 1 when a run is skipped under --strict, and only then', async () => {
    const id = /"run":"([^"]+)"/.exec((await changed.kubetape('replay', '--controller', 'job', '-o', 'json')).out[0]!)![1]!
    expect((await changed.kubetape('replay', '--run', id, '--strict')).exitCode).toBe(0)
    expect(await faithful.kubetape('replay', '--strict')).toMatchObject({ exitCode: 0, err: [] })
    const { exitCode, err } = await changed.kubetape('replay', '--controller', 'of-mine', '--strict')
    expect(exitCode).toBe(1)
    expect(err).toEqual([expect.stringMatching(/^error: Cannot confirm what the tape says: (\d+) of \1 runs were skipped$/)])
  })

  test('refuses a module without controllers', async () => {
    const file = join(import.meta.dirname, 'replay.ts')
    expect((await changed.kubetape('replay', '--add', file)).exitCode).toBe(2)
    expect((await changed.kubetape('replay', '--add', './nowhere.ts')).exitCode).toBe(2)
  })

  test('shows how far it is on a terminal, and takes that away again', async () => {
    const output = new MemoryOutput({ isTerminal: true })
    let now = 0
    const clock = Object.assign(new VirtualClock(), { monotonicMs: () => (now += 60) })
    expect(await run(['replay', '--data', faithful.path], output, clock)).toBe(0)
    expect(output.progressTexts[0]).toMatch(/^\d+ runs replayed, 0 diverged$/)
    expect(output.progressTexts.at(-1)).toBe('')
  })
})
