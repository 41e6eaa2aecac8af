import { describe, expect, test } from '@jest/globals'
import { addHealthPaths, type HealthCheck } from './health.ts'
import { OtherPaths, type PathAnswer, type PathHandler } from './other-paths.ts'

function ask(checks: readonly HealthCheck[], url: string): PathAnswer | undefined {
  const handlers = new Map<string, PathHandler>()
  const paths = new OtherPaths()
  paths.onAny = (path, handler) => {
    handlers.set(path, handler)
    return paths
  }
  addHealthPaths(paths, checks)
  const { pathname, searchParams } = new URL(url, 'http://host')
  const exact = handlers.get(pathname)
  const prefix = [...handlers.keys()].find((path) => path.endsWith('/') && pathname.startsWith(path))
  const [handler, rest] = exact !== undefined ? [exact, ''] : [handlers.get(prefix ?? ''), pathname.slice(prefix?.length ?? 0)]
  return handler?.({ query: searchParams } as never, rest) as PathAnswer | undefined
}

const WELL: HealthCheck = { name: 'ping', check: () => undefined }
const THROWS: HealthCheck = {
  name: 'log',
  check: () => {
    throw new Error('Cannot read: it is closed')
  },
}
const ILL: HealthCheck = { name: 'etcd', check: () => 'gone' }

describe('addHealthPaths()', () => {
  test('says ok when all is well', () => {
    expect(ask([WELL], '/livez')).toMatchObject({ bytes: 'ok', headers: { 'x-content-type-options': 'nosniff' } })
    expect(ask([WELL], '/livez?verbose')!.bytes).toBe('[+]ping ok\nlivez check passed\n')
  })

  test('says what is wrong, with 500', () => {
    expect(ask([WELL, ILL], '/readyz')).toMatchObject({ code: 500, bytes: '[+]ping ok\n[-]etcd failed: gone\nreadyz check failed\n' })
    expect(ask([ILL], '/readyz/etcd')).toMatchObject({ code: 500, bytes: 'internal server error: gone\n' })
  })

  test('takes what a check throws for the reason', () => {
    expect(ask([THROWS], '/livez')).toMatchObject({ code: 500, bytes: '[-]log failed: Cannot read: it is closed\nlivez check failed\n' })
    expect(ask([THROWS], '/livez/log')).toMatchObject({ code: 500 })
  })

  test('leaves out what is excluded, and warns of what it does not know', () => {
    expect(ask([WELL, ILL], '/livez?exclude=etcd')!.bytes).toBe('ok')
    expect(ask([WELL, ILL], '/livez?exclude=etcd&verbose')!.bytes).toContain('[+]etcd excluded: ok')
    expect(ask([WELL], '/livez?exclude=nope&verbose')!.bytes).toContain(
      'warn: some health checks cannot be excluded: no matches for "nope"',
    )
  })

  test('serves single checks, and readiness ones only where they belong', () => {
    const synced: HealthCheck = { name: 'informer-sync', check: () => undefined }
    expect(ask([synced], '/readyz/informer-sync')!.bytes).toBe('ok')
    expect(ask([synced], '/livez/informer-sync')).toBeUndefined()
  })
})
