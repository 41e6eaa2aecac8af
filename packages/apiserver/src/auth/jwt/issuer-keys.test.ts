import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { makeCertificates } from '../../http/certificates.ts'
import { IssuerKeys } from './issuer-keys.ts'

test('keys() gives up an issuer whose answer does not end', async () => {
  const { ca, server: pair } = await makeCertificates({
    clock: systemClock(),
    hosts: ['127.0.0.1'],
    admin: { name: 'a', groups: [] },
  })
  const server = createServer({ cert: pair.certificate, key: pair.key }, (_, response) => void response.write('{'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const clock = new VirtualClock()
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const keys = new IssuerKeys({ url, audiences: ['a'], certificateAuthority: ca }, clock)
  try {
    const asked = keys.keys(false)
    const refused = expect(asked).rejects.toThrow(`${url}/.well-known/openid-configuration did not answer in time`)
    await once(server, 'request')
    await clock.advance(30_000)
    await refused
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
