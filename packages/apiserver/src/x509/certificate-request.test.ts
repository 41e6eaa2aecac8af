import type { webcrypto } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { parseCertificateRequest } from './certificate-request.ts'
import { kubeletClientName } from './kubelet-client.ts'

type Algorithm = webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | { name: 'Ed25519' }
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 }

async function requestOf(algorithm: Algorithm, name: string, extensions: x509.Extension[] = []): Promise<x509.Pkcs10CertificateRequest> {
  const keys = (await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const signingAlgorithm = { ...algorithm, hash: 'SHA-256' }
  return x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm, extensions })
}

describe('parseCertificateRequest()', () => {
  test.each([
    ['RSA', RSA],
    ['ECDSA', { name: 'ECDSA', namedCurve: 'P-384' }],
    ['Ed25519', { name: 'Ed25519' } as const],
  ])('reads whom a certificate is for when the key is %s', async (_, algorithm) => {
    const request = await requestOf(algorithm, 'CN=jane, O=dev, O=ops')
    expect(parseCertificateRequest(request.toString('pem'))).toMatchObject({ commonName: 'jane', organizations: ['dev', 'ops'] })
  })

  test('reads the other names that are asked for', async () => {
    const names = new x509.SubjectAlternativeNameExtension([
      { type: 'dns', value: 'n.example.com' },
      { type: 'ip', value: '10.0.0.1' },
      { type: 'email', value: 'a@example.com' },
      { type: 'url', value: 'https://example.com' },
    ])
    const usages = new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)
    const request = await requestOf({ name: 'Ed25519' }, 'CN=jane', [usages, names])
    expect(parseCertificateRequest(request.toString('pem'))).toMatchObject({
      dnsNames: ['n.example.com'],
      ips: ['0a000001'],
      emails: ['a@example.com'],
      uris: ['https://example.com'],
    })
    expect(parseCertificateRequest((await requestOf(RSA, 'CN=jane', [usages])).toString('pem'))).toMatchObject({ dnsNames: [], ips: [] })
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

describe('kubeletClientName()', () => {
  const signerName = 'kubernetes.io/kube-apiserver-client-kubelet'
  const usages = ['client auth', 'digital signature', 'key encipherment']
  const nameOf = async (subject: string, more: object = {}, extensions: x509.Extension[] = []): Promise<string | undefined> => {
    const request = (await requestOf({ name: 'Ed25519' }, subject, extensions)).toString('pem')
    return kubeletClientName({ request, signerName, usages, ...more })
  }

  test('is that of a node, in the group of nodes', async () => {
    expect(await nameOf('CN=system:node:n, O=system:nodes')).toBe('system:node:n')
    expect(await nameOf('CN=system:node:n, O=system:masters')).toBeUndefined()
    expect(await nameOf('CN=jane, O=system:nodes')).toBeUndefined()
  })

  test('is undefined for what its signer would refuse', async () => {
    const node = 'CN=system:node:n, O=system:nodes'
    expect(await nameOf(node, { usages: ['server auth'] })).toBeUndefined()
    expect(await nameOf(node, { signerName: 'kubernetes.io/kubelet-serving' })).toBeUndefined()
    const names = new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'n' }])
    expect(await nameOf(node, {}, [names])).toBeUndefined()
  })
})
