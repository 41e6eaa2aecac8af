import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { prepareServiceAccountKeys } from './service-account-keys.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kubetape-keys-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const idsOf = async (options: Parameters<typeof prepareServiceAccountKeys>[0] = {}): Promise<string[]> =>
  (await prepareServiceAccountKeys(options, { folder, wanted: true })).all.map((key) => key.id)

describe('prepareServiceAccountKeys()', () => {
  test('keeps its key, readable for its owner alone', async () => {
    const first = await idsOf()
    expect(await idsOf()).toEqual(first)
    expect(statSync(join(folder, 'service-account-keys.json')).mode & 0o777).toBe(0o600)
  })

  test('makes none before it is needed when nothing is served', async () => {
    const keys = await prepareServiceAccountKeys({}, { folder, wanted: false })
    expect(readdirSync(folder)).toEqual([])
    const [made] = keys.all
    expect(await idsOf()).toEqual([made!.id])
  })

  test('signs with a new key after a rotation, and believes the old one', async () => {
    const [old] = await idsOf()
    const rotated = await idsOf({ rotateKey: true })
    expect(rotated).toEqual([expect.any(String), old])
    expect(rotated[0]).not.toBe(old)
    expect(await idsOf()).toEqual(rotated)
  })

  test('uses given keys, and refuses a public one for signing', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const keys = await prepareServiceAccountKeys({ signingKey: privateKey }, { folder, wanted: true })
    expect(keys.published().keys).toMatchObject([{ alg: 'ES256', kty: 'EC' }])
    await expect(prepareServiceAccountKeys({ signingKey: publicKey }, { folder, wanted: true })).rejects.toThrow('it is a public key')
    await expect(prepareServiceAccountKeys({ keys: ['nonsense'] }, { folder, wanted: true })).rejects.toThrow(
      'Cannot use a key of service account tokens',
    )
  })

  test('shows nothing of a file that it cannot read', async () => {
    writeFileSync(join(folder, 'service-account-keys.json'), '{"keys":["-----BEGIN PRIVATE KEY-----secret')
    await expect(prepareServiceAccountKeys({}, { folder, wanted: true })).rejects.toThrow(
      /^Cannot read "[^"]*": it is no JSON; delete it to get a new key/,
    )
  })
})
