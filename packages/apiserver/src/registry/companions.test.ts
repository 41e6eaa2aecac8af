import { describe, expect, test } from '@jest/globals'
import { badRequest } from '@kubetape/apimachinery'
import type { ObjectWrite, Storage } from '@kubetape/storage'
import { TestServer } from '../testing/test-server.ts'
import type { Companions } from './companions.ts'

const NOTES = { group: '', resource: 'secrets' }

/** A Secret for each ConfigMap that asks for it by name in `data.note`; what is set aside, and how it ended. */
function notes(storage: Storage) {
  const told: string[] = []
  const held = new Set<string>()
  const write = (operation: 'create' | 'delete', name: string): ObjectWrite => {
    const stored = storage.get(NOTES, 'default', name)
    const object = stored?.object ?? { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default', uid: name } }
    return {
      ...NOTES,
      namespace: 'default',
      name,
      operation,
      expect: operation === 'create' ? 0 : (stored?.revision ?? 0),
      object: { ...object },
    }
  }
  const companions: Companions = {
    accompany({ operation, draft, old }, { dryRun }) {
      const note = ((operation === 'delete' ? old : draft)['data'] as { note?: string } | undefined)?.note
      if (note === undefined || operation === 'update') return undefined
      if (operation === 'create' && (held.has(note) || storage.get(NOTES, 'default', note) !== undefined))
        throw badRequest(`${note} is taken`)
      if (operation === 'create') held.add(note)
      return {
        writes: dryRun ? [] : [write(operation, note)],
        settle: (committed) => {
          held.delete(note)
          told.push(`${operation} ${note} ${committed}`)
        },
      }
    },
  }
  return { companions, told, held }
}

async function serve() {
  let made: ReturnType<typeof notes>
  const server = await TestServer.start({
    companions: (storage) => new Map([['/configmaps', (made = notes(storage)).companions]]),
  })
  return { server, ...made! }
}

const asking = (name: string, note: string): object => ({ metadata: { name }, data: { note } })

describe('accompanied()', () => {
  test('writes what goes with a change in its commit, when it is made and when it goes', async () => {
    const { server, told } = await serve()
    const commits: string[] = []
    server.log.onCommit(({ entries }) => commits.push(entries.map(({ key, operation }) => `${operation} ${key.split('/').pop()}`).join()))
    expect((await server.create('configmaps', asking('a', 'n'))).code).toBe(201)
    await server.delete('configmaps/a')
    expect(commits).toEqual(['create a,create n', 'delete a,delete n'])
    expect(told).toEqual(['create n true', 'delete n true'])
    await server.create('configmaps', { metadata: { name: 'b', finalizers: ['example.com/hold'] }, data: { note: 'n' } })
    await server.delete('configmaps/b')
    expect((await server.get('secrets/n')).code).toBe(200)
    await server.patch('configmaps/b', 'merge', { metadata: { finalizers: [] } })
    expect(commits.at(-1)).toBe('delete b,delete n')
  })

  test('lets go of it after a refusal, a dry run and a name that is taken', async () => {
    const { server, told, held } = await serve()
    await server.create('configmaps', asking('a', 'n'))
    expect((await server.create('configmaps', asking('b', 'n'))).body.message).toBe('n is taken')
    await server.create('configmaps', asking('b', 'm'), { dryRun: ['All'] })
    expect((await server.create('configmaps', asking('a', 'm'))).code).toBe(409)
    expect(told).toEqual(['create n true', 'create m false', 'create m false'])
    expect(held.size).toBe(0)
    expect((await server.list('secrets')).body.items).toHaveLength(1)
  })

  test('tries again when somebody else was faster with what goes with it', async () => {
    const { server } = await serve()
    // Both are queued for one commit: the second finds the note taken when it is made.
    const other = server.create('secrets', { metadata: { name: 'n' } })
    const answer = await server.create('configmaps', asking('a', 'n'))
    expect((await other).code).toBe(201)
    expect(answer).toMatchObject({ code: 400, body: { message: 'n is taken' } })
    expect((await server.get('configmaps/a')).code).toBe(404)
  })

  test('prepares a draft anew that was given back', async () => {
    let tries = 0
    const companions: Companions = {
      accompany({ operation, draft }) {
        if (operation !== 'create') return undefined
        const given = { ...(draft['spec'] as object) }
        // Of the first try somebody else was faster with the note.
        const late = { ...NOTES, namespace: 'default', name: 'n', operation: 'delete', expect: 99, object: {} } as const
        return {
          writes: tries++ === 0 ? [late] : [],
          settle: (committed) => {
            if (!committed) (draft as { spec?: unknown }).spec = given
          },
        }
      },
    }
    const server = await TestServer.start({ companions: () => new Map([['/services', companions]]) })
    const spec = { type: 'ExternalName', externalName: 'example.com', internalTrafficPolicy: 'Cluster' }
    const { code, body } = await server.create('services', { metadata: { generateName: 's-' }, spec })
    expect([code, tries, (body['spec'] as typeof spec).internalTrafficPolicy]).toEqual([201, 2, undefined])
  })
})
