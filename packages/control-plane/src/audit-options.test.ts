import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { startAudit } from './audit-options.ts'

describe('startAudit()', () => {
  test('names a path that cannot be written, as an option that cannot be used', async () => {
    await using started = new AsyncDisposableStack()
    const silent = () => undefined
    const logger = { debug: silent, info: silent, warn: silent, error: silent }
    expect(() =>
      startAudit(
        { policy: { rules: [{ level: 'Metadata' }] }, path: tmpdir() },
        { clock: new VirtualClock(), random: seededRandom(1), logger, started },
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'CONTROL_PLANE_OPTION',
        message: `Cannot write the audit log "${tmpdir()}": it is a folder; name a file in it`,
      }),
    )
  })

  test('writes to a file and to a webhook, and sends what is left when it stops', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubetape-audit-'))
    const path = join(folder, 'audit.log')
    const bodies: string[] = []
    const transport = (body: string) => Promise.resolve({ code: bodies.push(body) * 200, body: '' })
    const fail = (message: string): never => expect(message).toBe('') as never
    const started = new AsyncDisposableStack()
    const auditor = startAudit(
      { policy: { rules: [{ level: 'Metadata' }] }, path, webhook: { transport } },
      { clock: new VirtualClock(), random: seededRandom(1), logger: { debug: fail, info: fail, warn: fail, error: fail }, started },
    )
    const request = { auditId: 'a', user: { name: 'jane', groups: [] }, uri: '/version', sourceIps: [], userAgent: '' }
    auditor.received({ ...request, info: { isResource: false, path: '/version', verb: 'get' } })?.completed(200)
    await started.disposeAsync()
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    expect(lines).toHaveLength(2)
    expect(bodies.map((body) => JSON.parse(body) as object)).toMatchObject([
      { kind: 'EventList', items: [{ stage: 'RequestReceived' }, { stage: 'ResponseComplete', auditID: 'a' }] },
    ])
    rmSync(folder, { recursive: true })
  })
})
