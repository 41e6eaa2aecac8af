import { expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { clientForServer } from '@kubetape/client'
import { ControlPlane } from './control-plane.ts'

test('objects larger than a socket buffer come and go over one connection, one after the other', async () => {
  const plane = await ControlPlane.start({ port: 0 })
  try {
    const client = clientForServer({ url: plane.url!, ca: plane.access.ca, token: plane.access.adminToken })
    const data = { text: 'y'.repeat(100_000) }
    for (let i = 0; i < 40; i++) {
      const made = await client.create(ConfigMap, { metadata: { name: `large-${i}`, namespace: 'default' }, data })
      expect(made.data).toEqual(data)
    }
  } finally {
    await plane.stop()
  }
})
