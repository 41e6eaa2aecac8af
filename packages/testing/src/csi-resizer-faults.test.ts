import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { conflict } from '@kubetape/apimachinery'
import type { RequestFault, RequestRecord } from '@kubetape/client/testing'
import { CSI_FAULTS, type CsiFault, type FakeCsiDriverOptions, faultAt } from '@kubetape/csi/testing'
import { type ResizingStage, ResizingTheatre, type Scene } from './testing/resizing-stage.ts'

// Every request of the API and every call of the driver is a boundary at which the resizer can die, or be left without an answer: each is tried.

let theatre: ResizingTheatre
beforeAll(async () => {
  theatre = await ResizingTheatre.open('VolumeAttributesClass=true,RecoverVolumeExpansionFailure=true')
}, 60_000)
afterAll(() => theatre.close(), 60_000)

/** What goes wrong, and with which request or call, from 1. */
type Mishap = { readonly at: number } & ({ readonly request: RequestFault } | { readonly call: CsiFault })

interface Story {
  readonly name: string
  readonly driver?: FakeCsiDriverOptions
  readonly begin: (stage: ResizingStage) => Promise<unknown>
  readonly isOver: (scene: Scene) => boolean
  /** Of the driver, without faults. */
  readonly asked: readonly string[]
  /** Of the volume that the driver has, in the end. */
  readonly tier: string
  readonly gibibytes: number
  /** What is left in the claim's status, beside phase and access modes. */
  readonly status: object
}

const settledAt =
  (current: string) =>
  ({ claim: { status }, volume }: Scene): boolean =>
    status?.currentVolumeAttributesClassName === current &&
    status.modifyVolumeStatus === undefined &&
    volume.spec?.volumeAttributesClassName === current

const silver = { currentVolumeAttributesClassName: 'silver' }
const STORIES: readonly Story[] = [
  {
    name: 'gold',
    begin: (stage) => stage.want('gold'),
    isOver: settledAt('gold'),
    asked: ['gold: ok'],
    tier: 'gold',
    gibibytes: 1,
    status: { currentVolumeAttributesClassName: 'gold', capacity: { storage: '1Gi' } },
  },
  {
    name: 'platinum-after-gold',
    begin: async (stage) => {
      await stage.want('gold')
      await stage.until(
        ({ claim: { status } }) => status?.modifyVolumeStatus !== undefined || status?.currentVolumeAttributesClassName === 'gold',
      )
      await stage.want('platinum')
    },
    isOver: settledAt('platinum'),
    asked: ['gold: ok', 'platinum: ok'],
    tier: 'platinum',
    gibibytes: 1,
    status: { currentVolumeAttributesClassName: 'platinum', capacity: { storage: '1Gi' } },
  },
  {
    name: 'silver-after-gold',
    driver: { refuseMutable: ({ tier }) => (tier === 'gold' ? 'no' : undefined) },
    begin: async (stage) => {
      await stage.want('gold')
      await stage.until(({ claim }) => claim.status?.modifyVolumeStatus?.status === 'Infeasible')
      await stage.want('silver')
    },
    isOver: settledAt('silver'),
    asked: ['gold: INVALID_ARGUMENT'],
    tier: 'silver',
    gibibytes: 1,
    status: { ...silver, capacity: { storage: '1Gi' } },
  },
  {
    name: 'grown',
    begin: (stage) => stage.patch({ spec: { resources: { requests: { storage: '2Gi' } } } }),
    isOver: ({ claim, volume }) => claim.status?.capacity?.['storage'] === '2Gi' && volume.spec?.capacity?.['storage'] === '2Gi',
    asked: ['2: ok'],
    tier: 'silver',
    gibibytes: 2,
    status: { ...silver, capacity: { storage: '2Gi' }, allocatedResources: { storage: '2Gi' } },
  },
  {
    name: 'node',
    driver: { nodeExpansionRequired: true },
    begin: (stage) => stage.patch({ spec: { resources: { requests: { storage: '2Gi' } } } }),
    isOver: ({ claim }) => claim.status?.allocatedResourceStatuses?.['storage'] === 'NodeResizePending',
    asked: ['2: ok'],
    tier: 'silver',
    gibibytes: 2,
    status: {
      ...silver,
      capacity: { storage: '1Gi' },
      allocatedResources: { storage: '2Gi' },
      allocatedResourceStatuses: { storage: 'NodeResizePending' },
      conditions: [{ type: 'Resizing' }, { type: 'FileSystemResizePending' }],
    },
  },
]

const ofRuns = (request: RequestRecord): boolean => request.cause !== undefined

interface Played {
  readonly requests: number
  readonly calls: number
  readonly lives: number
  readonly asked: readonly string[]
}

async function play(namespace: string, story: Story, mishap?: Mishap): Promise<Played> {
  const stage = await theatre.stage(namespace, {
    ...(story.driver === undefined ? {} : { driver: story.driver }),
    ...(mishap !== undefined && 'request' in mishap ? { faults: [{ fault: mishap.request, at: mishap.at, matches: ofRuns }] } : {}),
    ...(mishap !== undefined && 'call' in mishap ? { driverFault: faultAt(mishap.at - 1, mishap.call) } : {}),
  })
  await story.begin(stage)
  await stage.until(story.isOver)
  // Whatever is still on its way arrives: nothing is asked for again, nothing is taken back.
  await theatre.clock.advance(20_000)
  const { claim, volume } = await stage.until(story.isOver)
  const { phase, accessModes, ...status } = claim.status ?? {}
  expect([phase, accessModes]).toEqual(['Bound', ['ReadWriteOnce']])
  expect(status).toEqual({ ...status, ...story.status, ...expectedConditions(story) })
  expect(Object.keys(status).sort()).toEqual(Object.keys(story.status).sort())
  const mark = volume.metadata.annotations?.['volume.alpha.kubernetes.io/pre-resize-capacity']
  expect([volume.spec?.capacity, mark]).toEqual([
    { storage: `${story.gibibytes}Gi` },
    story.driver?.nodeExpansionRequired ? '1Gi' : undefined,
  ])
  const [stored] = stage.fake.volumes
  expect([stored?.mutableParameters, stored?.capacityBytes]).toEqual([{ tier: story.tier }, story.gibibytes * 2 ** 30])
  await stage.process.stop()
  return {
    requests: stage.process.faulty.requests.filter(ofRuns).length,
    calls: stage.process.calls,
    lives: stage.process.lives,
    asked: stage.asked,
  }
}

const expectedConditions = ({ status }: Story): object =>
  'conditions' in status ? { conditions: (status.conditions as object[]).map((one) => expect.objectContaining(one)) } : {}

/** Each of what the driver was to be asked for in its turn, one of them perhaps again right after. */
function expectOnceEach(story: Story, asked: readonly string[]): void {
  expect(asked.filter((one, index) => one !== asked[index - 1])).toEqual(story.asked)
  expect(asked.length - story.asked.length).toBeLessThanOrEqual(1)
}

const REQUEST_FAULTS: readonly RequestFault[] = [
  { type: 'crash-before' },
  { type: 'crash-after' },
  { type: 'lose-answer' },
  { type: 'refuse', error: conflict({ group: '', resource: 'persistentvolumeclaims' }, 'data', 'somebody was faster') },
]

describe.each(STORIES)('the resizer, $name', (story) => {
  async function enumerate(name: string, mishaps: (clean: Played) => readonly Mishap[]): Promise<Map<Mishap, Played>> {
    const clean = await play(`${story.name}-${name}-clean`, story)
    expect(clean).toMatchObject({ calls: story.asked.length, lives: 1, asked: story.asked })
    const all = new Map<Mishap, Played>()
    for (const mishap of mishaps(clean)) {
      const result = await play(`${story.name}-${name}-${mishap.at}`, story, mishap).catch((error: unknown) => {
        throw new Error(`with ${JSON.stringify(mishap)}`, { cause: error })
      })
      const kills = ('request' in mishap ? mishap.request.type : mishap.call).startsWith('crash')
      expect([mishap, result.lives]).toEqual([mishap, kills ? 2 : 1])
      all.set(mishap, result)
    }
    return all
  }

  test.each(REQUEST_FAULTS)(
    'comes to the same after a $type at any request',
    async (request) => {
      const played = await enumerate(`r-${request.type}`, ({ requests }) => {
        expect(requests).toBeGreaterThanOrEqual(5)
        return Array.from({ length: requests }, (_, index) => ({ at: index + 1, request }))
      })
      // The driver is asked again only where the crash, or the failure, fell between its answer and the write of it. A class is recorded on the
      // volume, an expansion and a refusal on the claim. An event may be on its way at the same time.
      const repeated = [...played.values()].filter(({ asked }) => asked.length > story.asked.length)
      expect(repeated.length).toBeLessThanOrEqual(3 * story.asked.length)
      for (const { asked } of played.values()) expectOnceEach(story, asked)
    },
    240_000,
  )

  test.each(CSI_FAULTS)(
    'comes to the same when the call of the driver ends with %s',
    async (call) => {
      const played = await enumerate(`c-${call}`, () => story.asked.map((_, index) => ({ at: index + 1, call })))
      const wasCarriedOut = call !== 'crash-before' && call !== 'refused'
      for (const { asked } of played.values()) {
        expect(asked).toHaveLength(story.asked.length + (wasCarriedOut ? 1 : 0))
        expectOnceEach(story, asked)
      }
    },
    240_000,
  )
})

test('replays the same, every run of all that', async () => {
  expect(await theatre.expectReplaysSame()).toBeGreaterThan(200)
}, 120_000)
