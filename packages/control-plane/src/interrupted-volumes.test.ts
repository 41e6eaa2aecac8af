import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, StorageClass as ClassKind } from '@kubetape/api/kinds'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { createJournal, type RunAnswer, type RunRequest } from '@kubetape/journal'
import { ControlPlane } from './control-plane.ts'
import { interruptedVolumes } from './interrupted-volumes.ts'

const DRIVER = 'fake.csi.example.com'
const claim = { namespace: 'ns', name: 'data', uid: 'u', resourceVersion: '1' }
const intent = { driver: DRIVER, claim, request: { name: 'pvc-u' }, mayReschedule: false }
const create: RunRequest = { sequence: 1, verb: 'call', group: '', version: '', resource: 'CreateVolume', system: DRIVER, body: intent }
const remove: RunRequest = { ...create, resource: 'DeleteVolume', body: { volumeId: 'v' } }
const save: RunRequest = {
  sequence: 1,
  verb: 'create',
  group: '',
  version: 'v1',
  resource: 'persistentvolumes',
  body: { metadata: { name: 'pvc-u' } },
}
const done: RunAnswer = { type: 'outside', reading: { value: { volumeId: 'v' } } }
const failed = (code: string): RunAnswer => ({ type: 'outside', reading: { error: { name: 'CsiError', message: 'x', code } } })
const saved: RunAnswer = { type: 'object', object: { metadata: { name: 'pvc-u' } } }
const look: RunRequest = { sequence: 1, verb: 'get', group: '', version: 'v1', resource: 'persistentvolumes', name: 'pvc-u' }
const there = (volumeHandle: string): RunAnswer => ({
  type: 'object',
  object: { metadata: { name: 'pvc-u' }, spec: { csi: { driver: DRIVER, volumeHandle } } },
})
const refused: RunAnswer = { type: 'refused', status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 409 } }

type Step = readonly [RunRequest, RunAnswer?]

/** Runs of a controller, as far as they got. */
async function read(controller: string, ...runs: readonly (readonly Step[])[]): Promise<string[]> {
  const log = createMemoryLog({ clock: new VirtualClock() })
  const journal = createJournal(log)
  for (const [at, steps] of runs.entries()) {
    const begin = { id: `run-${at}`, controller, key: 'ns/data', attempt: 1, triggers: [], startedAtMs: 0 }
    const run = { ...begin, views: {}, ownWrites: [], seed: 1, carried: undefined, gates: {}, codeVersion: '' }
    journal.begin(run)
    for (const [index, [request, answer]] of steps.entries()) {
      const asked = { ...request, sequence: index + 1 }
      journal.request(run, asked)
      if (answer !== undefined) journal.answer(run, asked, answer)
    }
  }
  await log.flush()
  return interruptedVolumes(log).map(({ claim: { uid } }) => uid)
}

describe('interruptedVolumes()', () => {
  test.each<[string, readonly (readonly Step[])[], string[]]>([
    ['was never answered', [[[create]]], ['u']],
    ['was answered and not saved', [[[create, done]]], ['u']],
    [
      'was answered, and saving it was refused',
      [
        [
          [create, done],
          [save, refused],
        ],
      ],
      ['u'],
    ],
    [
      'was there already when it was saved',
      [
        [
          [create, done],
          [save, refused],
          [look, there('v')],
        ],
      ],
      [],
    ],
    [
      'is not the one that was there when it was saved',
      [
        [
          [create, done],
          [save, refused],
          [look, there('another')],
        ],
      ],
      ['u'],
    ],
    ['was there when it was gone on with', [[[create, done]], [[look, there('v')]]], []],
    ['was not there when it was gone on with', [[[create, done]], [[look, refused]]], ['u']],
    ['was answered, and saving it was not', [[[create, done], [save]]], ['u']],
    [
      'was saved',
      [
        [
          [create, done],
          [save, saved],
        ],
      ],
      [],
    ],
    ['may still be going on', [[[create, failed('DEADLINE_EXCEEDED')]]], ['u']],
    ['was refused', [[[create, failed('INVALID_ARGUMENT')]]], []],
    ['was refused in the second run', [[[create, failed('ABORTED')]], [[create, failed('OUT_OF_RANGE')]]], []],
    ['is begun again', [[[create, failed('OUT_OF_RANGE')]], [[create]]], ['u']],
    [
      'was taken back',
      [
        [
          [create, done],
          [remove, { type: 'outside', reading: {} }],
        ],
      ],
      [],
    ],
    [
      'could not be taken back',
      [
        [
          [create, done],
          [remove, failed('INTERNAL')],
        ],
      ],
      ['u'],
    ],
    [
      'was saved in the second run',
      [
        [[create]],
        [
          [create, done],
          [save, saved],
        ],
      ],
      [],
    ],
  ])('is right for a volume that %s', async (_, runs, found) => {
    expect(await read('csi-provisioner', ...runs)).toEqual(found)
  })

  test('knows calls of the provisioner only', async () => {
    expect(await read('somebody-else', [[create]])).toEqual([])
  })
})

describe('ControlPlane', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-interrupted-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('finishes after a restart what its drivers were asked for, without the claim', async () => {
    const clock = new VirtualClock({ startMs: 1_723_507_200_000 })
    const random = seededRandom(1)
    const soon = async <T>(promise: Promise<T>): Promise<T> => {
      await clock.advance(1000)
      return promise
    }
    const fake = new FakeCsiDriver({ name: DRIVER })
    const drivers = new CsiDriverRegistry()
    drivers.connect(fake)
    const begin = (...controllers: string[]): Promise<ControlPlane> =>
      soon(ControlPlane.start({ data: folder, clock, random, drivers, controllers: ['*', ...controllers] }))

    fake.fail('createVolume', { code: 'DEADLINE_EXCEEDED', when: 'after', times: Infinity })
    const first = await begin()
    await soon(first.client().create(ClassKind, { metadata: { name: 'fast' }, provisioner: DRIVER }))
    const spec = { accessModes: ['ReadWriteOnce' as const], storageClassName: 'fast', resources: { requests: { storage: '1Mi' } } }
    await soon(first.client().create(ClaimKind, { metadata: { namespace: 'default', name: 'data' }, spec }))
    await soon(first.stop())
    expect(fake.volumes).toHaveLength(1)

    const second = await begin('-csi-provisioner')
    await soon(second.client().delete(ClaimKind, { namespace: 'default', name: 'data' }))
    await soon(second.stop())
    expect(fake.volumes).toHaveLength(1)

    fake.heal()
    const third = await begin()
    await clock.advance(10_000)
    expect([fake.volumes, (await soon(third.client().list(VolumeKind))).items]).toEqual([[], []])
    await soon(third.stop())
  })
})
