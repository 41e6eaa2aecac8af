import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { parseCertificateRequest } from './certificate-request.ts'
import { COMMON_NAME, ORGANIZATION, subjectValues } from './distinguished-name.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const MASTERS = 'system:masters'
const [UTF8, TELETEX, UNIVERSAL, BMP] = [0x0c, 0x14, 0x1c, 0x1e] as const

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, content.length]), content])
}
const pair = (type: string, tag: number, value: Uint8Array): Buffer => der(0x30, der(0x06, Buffer.from(type, 'hex')), der(tag, value))
const utf8 = (type: string, text: string): Buffer => pair(type, UTF8, Buffer.from(text))
/** A name of sets of pairs. */
const nameOf = (...sets: readonly (readonly Buffer[])[]): x509.Name => new x509.Name(der(0x30, ...sets.map((set) => der(0x31, ...set))))
const wide = (text: string, octets: number): Buffer =>
  Buffer.concat([...text].map((one) => Buffer.from([...Array<number>(octets - 1).fill(0), one.charCodeAt(0)])))

const NAMES: readonly [string, x509.Name, { commonName: string; organizations: readonly string[] }][] = [
  [
    'a string of two octets a character',
    nameOf([utf8(COMMON_NAME, 'jane')], [pair(ORGANIZATION, BMP, wide(MASTERS, 2))]),
    { commonName: 'jane', organizations: [MASTERS] },
  ],
  [
    'a string of four octets a character',
    nameOf([utf8(COMMON_NAME, 'jane')], [pair(ORGANIZATION, UNIVERSAL, wide(MASTERS, 4))]),
    { commonName: 'jane', organizations: [MASTERS] },
  ],
  [
    'an old string',
    nameOf([utf8(COMMON_NAME, 'jane')], [pair(ORGANIZATION, TELETEX, Buffer.from(MASTERS))]),
    { commonName: 'jane', organizations: [MASTERS] },
  ],
  [
    'two attributes in one set',
    nameOf([utf8(COMMON_NAME, 'jane'), utf8(ORGANIZATION, MASTERS)]),
    { commonName: 'jane', organizations: [MASTERS] },
  ],
  ['a comma', nameOf([utf8(COMMON_NAME, 'Doe, Jane')]), { commonName: 'Doe, Jane', organizations: [] }],
  [
    'a backslash before the next attribute',
    nameOf([utf8(COMMON_NAME, 'jane\\')], [utf8(ORGANIZATION, 'dev')]),
    { commonName: 'jane\\', organizations: ['dev'] },
  ],
  [
    'a line that looks like an attribute',
    nameOf([utf8(COMMON_NAME, `jane\nO=${MASTERS}`)]),
    { commonName: `jane\nO=${MASTERS}`, organizations: [] },
  ],
]

describe('a name', () => {
  test.each(NAMES)('with %s is the same to whoever judges a request and to whoever knows the certificate', async (_, name, expected) => {
    const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
    const request = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: ALGORITHM })
    expect(parseCertificateRequest(request.toString('pem'))).toMatchObject(expected)
    const made = await x509.X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm: ALGORITHM })
    const certificate = new X509Certificate(Buffer.from(made.rawData))
    expect(subjectValues(certificate, COMMON_NAME)).toEqual([expected.commonName])
    expect(subjectValues(certificate, ORGANIZATION)).toEqual(expected.organizations)
  })
})
