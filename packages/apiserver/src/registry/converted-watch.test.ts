import { expect, test } from '@jest/globals'
import { encodeObject, type Storage, type StorageEvent, StoredObject } from '@kubetape/storage'
import { ConvertedWatch } from './converted-watch.ts'
import type { ServedResource } from './served-resource.ts'

test('ConvertedWatch delivers what comes just as it has delivered all that waited', async () => {
  let push: (event: StorageEvent) => void = () => {}
  const storage = {
    revision: 0,
    watch(_: unknown, __: unknown, deliver: typeof push) {
      push = deliver
      return () => {}
    },
  } as unknown as Storage
  const resource = {
    stored: { group: 'example.com', resource: 'gadgets' },
    convert: () => undefined,
    served: (one: StoredObject) => one,
  } as unknown as ServedResource
  const event = (revision: number): StorageEvent => {
    const object = new StoredObject(
      '',
      'a',
      revision,
      encodeObject({ apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'a' } }),
    )
    return { type: 'MODIFIED', object, revision }
  }
  const seen: number[] = []
  const sink = {
    event({ revision }: StorageEvent) {
      seen.push(revision)
      if (revision < 3) void Promise.resolve().then(() => push(event(revision + 1)))
    },
    initialEnd: () => {},
    fail: () => {},
    end: () => {},
  }
  const watch = new ConvertedWatch(storage, resource, { matches: undefined, since: 0, initialEnd: false }, sink)
  push(event(1))
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  expect(seen).toEqual([1, 2, 3])
  watch.stop()
})
