import { describe, expect, test } from '@jest/globals'
import { notFound } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Controller, ReconcileContext } from '@kubetape/runtime'
import { claimBinderController } from './claim-binder-controller.ts'
import { type BindingVerdict, BindingSchedule } from './testing/binding-schedule.ts'
import { volumeBinderController } from './volume-binder-controller.ts'

/** `npm run test:long` plays ten thousand. */
const SEEDS = Number(process.env['KUBETAPE_BINDING_ORDERS'] ?? 300)

const binder = (): Controller[] => [claimBinderController({ plugins: [] }), volumeBinderController({ plugins: [] })]

/** Plays schedules until one is broken; answers its verdict with the seed, or the sums. */
async function play(seeds: number, controllers: () => Controller[]): Promise<BindingVerdict & { seed: number }> {
  let bound = 0
  let crashes = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const verdict = await new BindingSchedule(seed, controllers).run()
    if (verdict.broken !== undefined) return { ...verdict, seed }
    bound += verdict.bound
    crashes += verdict.crashes
  }
  return { broken: undefined, bound, crashes, seed: seeds }
}

/** The binder with a client that is wrong in one way. */
function sabotaged(sabotage: (client: Client) => Partial<Client>): () => Controller[] {
  const wrong = (context: ReconcileContext): ReconcileContext => {
    const { client } = context
    const right: Client = {
      get: (kind, name) => client.get(kind, name),
      list: (kind, options) => client.list(kind, options),
      watch: (kind, options) => client.watch(kind, options),
      create: (kind, object, options) => client.create(kind, object, options),
      update: (kind, object, options) => client.update(kind, object, options),
      patch: (kind, name, patch, options) => client.patch(kind, name, patch, options),
      delete: (kind, name, options) => client.delete(kind, name, options),
      deleteCollection: (kind, options) => client.deleteCollection(kind, options),
    }
    return Object.create(context, { client: { value: { ...right, ...sabotage(client) } } }) as ReconcileContext
  }
  return () => binder().map((one) => ({ ...one, reconcile: (request, context) => one.reconcile(request, wrong(context)) }))
}

describe('the binder', () => {
  test('never binds a volume twice or releases one that is needed, and leaves no claim waiting, in any order of delivery', async () => {
    const { broken, seed, bound, crashes } = await play(SEEDS, binder)
    expect([broken, seed]).toEqual([undefined, SEEDS])
    // The schedules are about something: claims are bound and the binder dies.
    expect([bound > SEEDS, crashes > SEEDS / 2]).toEqual([true, true])
  }, 3_600_000)
})

/** Each of these is a mistake that binders have been written with. The schedules must find it, or they would not find it in ours. */
describe('the schedules find', () => {
  test('writes that do not say which version they replace', async () => {
    const blind = sabotaged((client) => ({
      update: (kind, object, options) => {
        const { resourceVersion: _version, ...metadata } = object.metadata ?? {}
        return client.update(kind, { ...object, metadata }, options)
      },
    }))
    expect((await play(SEEDS, blind)).broken).toMatch(/are both bound|which is not its/)
  }, 600_000)

  test('a release of a volume whose claim has not been asked for', async () => {
    // Whatever the informer does not show is not there.
    const trusting = sabotaged(() => ({
      get: (kind, { name }) => Promise.reject(notFound(kind, name)),
    }))
    const volumesOnly = (): Controller[] => [binder()[0]!, trusting()[1]!]
    expect((await play(SEEDS, volumesOnly)).broken).toMatch(/is Released/)
  }, 600_000)
})
