import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { EventLogError } from '@kubetape/eventlog'
import { InProcessClient } from './in-process-client.ts'
import { ADMIN, TestServer } from './testing/test-server.ts'

describe('InProcessClient', () => {
  test('answers what goes wrong in the log with 500 InternalError, as HTTP does', async () => {
    const server = await TestServer.start()
    const full = new EventLogError('DISK_FULL', 'Cannot append: no space is left on the disk')
    server.log.append = () => Promise.reject(full)
    const client = new InProcessClient(server.registry, { user: ADMIN, userAgent: 'test' })
    await expect(client.create(ConfigMap, { metadata: { name: 'a', namespace: 'default' } })).rejects.toMatchObject({
      code: 'STATUS',
      status: {
        kind: 'Status',
        status: 'Failure',
        reason: 'InternalError',
        code: 500,
        message: 'Internal error occurred: Cannot append: no space is left on the disk',
      },
      cause: full,
    })
  })
})
