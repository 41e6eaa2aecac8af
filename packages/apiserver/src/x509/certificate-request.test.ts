import type { webcrypto } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { parseCertificateRequest } from './certificate-request.ts'

type Algorithm = webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | { name: 'Ed25519' }
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 }

async function requestOf(algorithm: Algorithm, name: string): Promise<x509.Pkcs10CertificateRequest> {
  const keys = (await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const signingAlgorithm = { ...algorithm, hash: 'SHA-256' }
  return x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm })
}

describe('parseCertificateRequest()', () => {
  test.each([
    ['RSA', RSA],
    ['ECDSA', { name: 'ECDSA', namedCurve: 'P-384' }],
    ['Ed25519', { name: 'Ed25519' } as const],
  ])('reads whom a certificate is for when the key is %s', async (_, algorithm) => {
    const request = await requestOf(algorithm, 'CN=jane, O=dev, O=ops')
    expect(parseCertificateRequest(request.toString('pem'))).toEqual({ commonName: 'jane', organizations: ['dev', 'ops'] })
  })

  test('refuses one that another key signed', async () => {
    const der = Buffer.from((await requestOf(RSA, 'CN=jane')).rawData)
    der[der.length - 1]! ^= 1
    const pem = x509.PemConverter.encode(der, 'CERTIFICATE REQUEST')
    expect(() => parseCertificateRequest(pem)).toThrow('crypto/rsa: verification error')
  })

  test.each([
    ['', 'PEM block type must be CERTIFICATE REQUEST'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'PEM block type must be CERTIFICATE REQUEST'],
    ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n', 'asn1: structure error'],
    ['-----BEGIN CERTIFICATE REQUEST-----\nMIL/\n-----END CERTIFICATE REQUEST-----\n', 'asn1: syntax error: data truncated'],
  ])('refuses %j', (pem, why) => {
    expect(() => parseCertificateRequest(pem)).toThrow(why)
  })
})
