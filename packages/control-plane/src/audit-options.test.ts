import { tmpdir } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { startAudit } from './audit-options.ts'

describe('startAudit()', () => {
  test('names a path that cannot be written, as an option that cannot be used', async () => {
    await using started = new AsyncDisposableStack()
    const silent = () => undefined
    const logger = { debug: silent, info: silent, warn: silent, error: silent }
    expect(() =>
      startAudit({ policy: { rules: [{ level: 'Metadata' }] }, path: tmpdir() }, { clock: new VirtualClock(), logger, started }),
    ).toThrow(
      expect.objectContaining({
        code: 'CONTROL_PLANE_OPTION',
        message: `Cannot write the audit log "${tmpdir()}": it is a folder; name a file in it`,
      }),
    )
  })
})
