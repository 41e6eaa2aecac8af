import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { Secret } from '@kubetape/api/types/core/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { secretStrategy } from './secret-strategy.ts'
import { tlsPairError } from './tls-warnings.ts'

const runner = new StrategyRunner<Secret>({ group: '', version: 'v1', kind: 'Secret' }, secretStrategy)
const body = (fields: object = {}): object => ({ metadata: { name: 'demo' }, ...fields })
const b64 = (text: string): string => Buffer.from(text).toString('base64')
const IMMUTABLE = 'Forbidden: field is immutable when `immutable` is set'
const REDACTED = 'Invalid value: "<secret contents redacted>"'

describe('secretStrategy', () => {
  test('is opaque by default and merges stringData over data', () => {
    const { object, errors } = runner.create(body({ data: { a: b64('1'), b: b64('2') }, stringData: { b: 'ü', c: '' } }))
    expect(errors).toEqual([])
    expect(object).toMatchObject({ type: 'Opaque', data: { a: b64('1'), b: b64('ü'), c: '' } })
    expect(object.stringData).toBeUndefined()
  })

  test.each<[string, object, string[]]>([
    ['kubernetes.io/service-account-token', {}, ['metadata.annotations[kubernetes.io/service-account.name]: Required value']],
    ['kubernetes.io/dockercfg', {}, ['data[.dockercfg]: Required value']],
    [
      'kubernetes.io/dockercfg',
      { '.dockercfg': '[]' },
      [`data[.dockercfg]: ${REDACTED}: json: cannot unmarshal array into Go value of type map[string]interface {}`],
    ],
    [
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': 'x' },
      [`data[.dockerconfigjson]: ${REDACTED}: invalid character 'x' looking for beginning of value`],
    ],
    ['kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '' }, [`data[.dockerconfigjson]: ${REDACTED}: unexpected end of JSON input`]],
    ['kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '{"auths":{}}' }, []],
    ['kubernetes.io/basic-auth', {}, ['data[username]: Required value', 'data[password]: Required value']],
    ['kubernetes.io/basic-auth', { password: '' }, []],
    ['kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }, ['data[ssh-privatekey]: Required value']],
    ['kubernetes.io/tls', { 'tls.crt': 'x' }, ['data[tls.key]: Required value']],
    ['kubernetes.io/tls', {}, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    ['example.com/own', {}, []],
  ])('of type %s with %j', (type, stringData, expected) => {
    expect(runner.create(body({ type, stringData })).errors).toEqual(expected)
  })

  test('refuses bad keys and more than 1 MiB', () => {
    expect(runner.create(body({ stringData: { '..': 'x' } })).errors).toEqual(['data[..]: Invalid value: "..": must not be \'..\''])
    expect(runner.create(body({ stringData: { k: 'x'.repeat(1024 * 1024 + 1) } })).errors).toEqual([
      'data: Too long: must have at most 1048576 bytes',
    ])
  })

  test('never changes its type, and its content not once it is immutable', () => {
    const old = runner.create(body({ stringData: { a: '1' }, immutable: true })).object
    expect(runner.update(old, (secret) => (secret.type = 'example.com/own')).errors).toEqual([
      'type: Invalid value: "example.com/own": field is immutable',
    ])
    expect(runner.update(old, (secret) => (secret.stringData = { a: '1' })).errors).toEqual([])
    expect(runner.update(old, (secret) => ((secret.stringData = { a: '2' }), (secret.immutable = false))).errors).toEqual([
      `immutable: ${IMMUTABLE}`,
      `data: ${IMMUTABLE}`,
    ])
  })

  test('has a row and a selectable type', () => {
    const { object } = runner.create(body({ stringData: { a: '1' } }))
    expect(secretStrategy.tableRow?.(object, Date.parse('2026-01-01T00:00:01Z'))).toEqual(['demo', 'Opaque', 1, '1s'])
    expect(secretStrategy.selectableFields?.(object)).toEqual({ type: 'Opaque' })
  })

  test('warns when certificate and key are no pair', () => {
    expect(runner.create(body({ type: 'kubernetes.io/tls', stringData: { 'tls.crt': 'x', 'tls.key': 'y' } })).warnings).toEqual([
      'tls: failed to find any PEM data in certificate input',
    ])
    expect(runner.create(body({ stringData: { 'tls.crt': 'x' } })).warnings).toEqual([])
  })
})

describe('tlsPairError()', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'

  test.each([
    [certificate, '', 'tls: failed to find any PEM data in key input'],
    [certificate, certificate, 'tls: found a certificate rather than a key in the PEM for the private key'],
    [
      key,
      certificate,
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    ],
    [certificate, key, 'x509: malformed certificate'],
  ])('tells what is missing', (crt, privateKey, expected) => {
    expect(tlsPairError(b64(crt), b64(privateKey))).toBe(expected)
  })
})
