import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { VirtualClock } from '@kubetape/determinism/testing'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'
import { tapeFolder } from '../testing/tape-folder.ts'

/** What a log says while its control plane is still up, taken at one moment and followed from there. */
const [once, followed] = [new MemoryOutput(), new MemoryOutput()]
let followedExit: number

const tape = tapeFolder({
  during: async (soon, client) => {
    expect(await run(['log', 'configmap', '-n', 'default', '--data', tape.path], once)).toBe(0)
    const clock = new VirtualClock()
    const next = (await tape.kubetape('log')).out.length
    const following = run(['log', 'cm/late', '--follow', '--to', String(next), '--data', tape.path], followed, clock)
    await clock.advance(1000)
    expect(followed.outLines).toEqual([])
    await soon(client.create(ConfigMap, { metadata: { namespace: 'default', name: 'late' } }))
    await clock.advance(1000)
    followedExit = await following
  },
})

describe('kubetape log', () => {
  test('lists every change with when, what and who, in columns', async () => {
    const { exitCode, out } = await tape.kubetape('log')
    expect(exitCode).toBe(0)
    expect(out[0]).toMatch(/^REVISION {3}TIME {23}OPERATION {3}NAMESPACE {9}OBJECT +BY$/)
    expect(out.find((line) => line.includes(' namespace/default '))).toMatch(
      /^\d+ +2024-08-13T00:00:00\.000Z {3}create {24}namespace\/default +system:apiserver \(kubetape-apiserver\)$/,
    )
    expect(out.map((line) => Number.parseInt(line, 10)).slice(1)).toEqual(out.slice(1).map((_, i) => i + 1))
  })

  test('keeps to a kind, a name and a namespace', async () => {
    const { out } = await tape.kubetape('log', 'jobs.batch', 'demo', '-n', 'default')
    expect(out[0]).toMatch(/OPERATION {3}OBJECT/)
    expect(out.slice(1).map((line) => line.split(/ {3,}/).slice(2, 4).join(' '))).toEqual([
      'create job.batch/demo',
      ...Array<string>(out.length - 2).fill('update job.batch/demo'),
    ])
    expect(out[1]).toMatch(/admin \(kubectl\/v1\.31\.0\)$/)
    expect(out[2]).toMatch(/job run [0-9a-f]{8}$/)
    expect(await tape.kubetape('log', 'pods', '-n', 'kube-system')).toEqual({ exitCode: 0, out: [], err: ['No changes found'] })
  })

  test('ends with 1 for an object that never was, not for one that did not change then', async () => {
    expect(await tape.kubetape('log', 'cm/nowhere', '-n', 'default')).toEqual({
      exitCode: 1,
      out: [],
      err: ['error: Cannot find configmap/nowhere in namespace "default": this tape has no change of it'],
    })
    expect(await tape.kubetape('log', 'job/demo', '--to', '1')).toEqual({ exitCode: 0, out: [], err: ['No changes found'] })
  })

  test('starts and ends where it is told, by revision or by time', async () => {
    const revisions = async (...flags: string[]): Promise<number[]> =>
      (await tape.kubetape('log', '-o', 'json', ...flags)).out.map((line) => (JSON.parse(line) as { revision: number }).revision)
    expect(await revisions('--from', '3', '--to', '5')).toEqual([3, 4, 5])
    const [blue, green] = await revisions('cm/settings')
    expect(await revisions('cm/settings', '--to', '2024-08-13T00:00:01Z')).toEqual([blue])
    expect(await revisions('cm/settings', '--from', '2024-08-13T00:00:01.5Z')).toEqual([green])
    expect(await revisions('--from', `rv:${green}`, '--to', `rv:${green}`)).toEqual([green])
  })

  test('says the cause and the size with -o wide', async () => {
    const { out } = await tape.kubetape('log', '--to', '1', '-o', 'wide')
    expect(out[0]).toMatch(/PRIOR {3}BYTES {3}CAUSE/)
    expect(out[1]).toMatch(/ 0 +\d+ +actor:[0-9a-f]+$/)
  })

  test('reads a tape that is being written, and follows it until --to', async () => {
    expect(once.outLines.at(-1)).toMatch(/update.*configmap\/settings/)
    expect(followedExit).toBe(0)
    expect(followed.outLines.length).toBe(2)
    expect(followed.outLines[1]).toMatch(/create.*configmap\/late /)
  })

  test.each([
    [['nonsense'], 'error: Cannot find the kind "nonsense": neither Kubernetes nor a CustomResourceDefinition on this tape has it'],
    [['pod/a/b'], 'error: Cannot use "pod/a/b": one object is KIND NAME or KIND/NAME'],
    [['pods', 'a', 'b'], 'error: Cannot use "pods a b": one object is KIND NAME or KIND/NAME'],
    [
      ['--from', 'yesterday'],
      'error: Cannot use the moment "yesterday": it must be a revision, rv:<resourceVersion> or a time like 2024-05-01T12:00:00Z',
    ],
    [['--from', '9', '--to', '3'], 'error: Cannot list from 9 to 3: the first revision is after the last one'],
    [['--to', 'rv:777777'], 'error: Cannot find the resourceVersion 777777: no change on this tape has it'],
  ])('refuses %j as a wrong question', async (words, message) => {
    expect(await tape.kubetape('log', ...words)).toEqual({ exitCode: 2, out: [], err: [message] })
  })
})
