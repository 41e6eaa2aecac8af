import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { leaderElection, leaderIdentity } from './leader-identity.ts'

describe('leaderIdentity()', () => {
  test('is the host and something that nobody else has', () => {
    const [one, two] = [leaderIdentity(), leaderIdentity()]
    expect(one).toMatch(/_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect([one.startsWith(`${hostname()}_`), one === two]).toEqual([true, false])
  })
})

describe('leaderElection()', () => {
  test('takes the namespace of the Pod unless one is given, and says what is missing elsewhere', () => {
    const folder = mkdtempSync(join(tmpdir(), 'leader-identity-'))
    const file = join(folder, 'namespace')
    expect(() => leaderElection({ id: 'app' }, file)).toThrow(
      `Cannot elect a leader: no namespace is given, and this process runs in no Pod (there is no "${file}")`,
    )
    writeFileSync(file, 'ops\n')
    expect(leaderElection({ id: 'app', releaseOnCancel: true, identity: 'me' }, file)).toEqual({
      id: 'app',
      namespace: 'ops',
      identity: 'me',
      releaseOnCancel: true,
    })
    expect(leaderElection({ id: 'app', namespace: 'mine' }, file)).toMatchObject({ namespace: 'mine' })
    rmSync(folder, { recursive: true })
  })
})
