import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { NO_REMARKS } from './authenticator.ts'
import { clientCertificates } from './client-certificate.ts'
import { signedWithSha1 } from '../x509/weak-signature.ts'

const withCertificate = (socket: object): IncomingMessage => ({ headers: {}, socket }) as IncomingMessage
const ask = (socket: object): unknown => clientCertificates().authenticate(withCertificate(socket), NO_REMARKS)

async function certificateOf(hash: 'SHA-1' | 'SHA-256'): Promise<Buffer> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash, publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 }
  const keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=admin', keys, signingAlgorithm: algorithm })
  return Buffer.from(made.rawData)
}

describe('clientCertificates()', () => {
  test('takes the common name for the user and organisations for groups', () => {
    const socket = { authorized: true, getPeerCertificate: () => ({ subject: { CN: 'admin', O: ['system:masters', 'dev'] } }) }
    expect(ask(socket)).toEqual({ name: 'admin', groups: ['system:masters', 'dev'] })
  })

  test('says nothing when there is no certificate, or no TLS', () => {
    expect(ask({ authorized: false, getPeerCertificate: () => ({}) })).toBeUndefined()
    expect(ask({})).toBeUndefined()
  })

  test('refuses a certificate of another CA', () => {
    const socket = { authorized: false, authorizationError: 'SELF_SIGNED_CERT', getPeerCertificate: () => ({ subject: { CN: 'admin' } }) }
    expect(() => ask(socket)).toThrow('x509: SELF_SIGNED_CERT')
  })

  test('refuses one that is signed over SHA-1, whoever signed it', async () => {
    const of = (raw: Buffer): object => ({ authorized: true, getPeerCertificate: () => ({ subject: { CN: 'admin' }, raw }) })
    const old = await certificateOf('SHA-1')
    expect(() => ask(of(old))).toThrow('insecure algorithm SHA1')
    expect(ask(of(await certificateOf('SHA-256')))).toMatchObject({ name: 'admin' })
    expect(signedWithSha1(new X509Certificate(old))).toBe(true)
  })
})
