import { describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Storage } from '@kubetape/storage'
import { NodePorts } from './node-ports.ts'

async function ports(range = { first: 30_000, last: 30_009 }) {
  const clock = new VirtualClock()
  const storage = Storage.open({ log: createMemoryLog({ clock, random: seededRandom(1) }), clock })
  const store = async (name: string, spec: object, operation: 'create' | 'update' | 'delete' = 'create'): Promise<void> => {
    const where = { group: '', resource: 'services', namespace: 'a', name }
    const expect = storage.get(where, 'a', name)?.revision ?? 0
    const done = storage.commit([{ ...where, operation, expect, object: { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec } }])
    await clock.advance(5)
    await done
  }
  return { store, ports: new NodePorts({ storage, random: seededRandom(1), range }) }
}

describe('NodePorts', () => {
  test('gives out each port once', async () => {
    const { ports: all } = await ports()
    const given = Array.from({ length: 10 }, (_, at) => all.draw(`h${at}`))
    expect([...given].sort()).toEqual(Array.from({ length: 10 }, (_, at) => 30_000 + at))
    expect(all.draw('more')).toBeUndefined()
    all.release('h3')
    expect(all.draw('more')).toBe(given[3])
  })

  test('knows what Services have: for several protocols, for health checks, until they let go', async () => {
    const { store, ports: all } = await ports()
    await store('web', {
      ports: [
        { port: 80, nodePort: 30_001 },
        { port: 80, protocol: 'UDP', nodePort: 30_001 },
      ],
      healthCheckNodePort: 30_002,
    })
    expect([30_001, 30_002].map((port) => all.reserve(port, 'h'))).toEqual(Array(2).fill('provided port is already allocated'))
    await store('web', { ports: [{ port: 80, nodePort: 30_001 }] }, 'update')
    expect([all.reserve(30_001, 'h'), all.reserve(30_002, 'h')]).toEqual(['provided port is already allocated', undefined])
    await store('web', {}, 'delete')
    expect(all.reserve(30_001, 'i')).toBeUndefined()
  })

  test('refuses a port out of range', async () => {
    const { ports: all } = await ports()
    expect(all.reserve(99, 'h')).toBe('provided port is not in the valid range. The range of valid ports is 30000-30009')
  })
})
