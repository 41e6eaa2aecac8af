import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Access, type AccessOptions } from './access.ts'

const DAY_MS = 24 * 3600 * 1000

describe('Access', () => {
  const clock = new VirtualClock()
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubetape-access-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const prepare = (more: Partial<AccessOptions> = {}): Promise<Access> =>
    Access.prepare({ clock, folder, host: '127.0.0.1', tls: true, wanted: true, ...more })

  test('`prepare()` keeps token and certificates, readable by their owner only', async () => {
    const first = await prepare()
    const again = await prepare()
    expect(again.adminToken).toBe(first.adminToken)
    expect(again.certificates).toEqual(first.certificates)
    expect(readdirSync(folder)).toEqual(['access.json'])
    expect(statSync(join(folder, 'access.json')).mode & 0o777).toBe(0o600)
    expect((await prepare({ folder: join(folder, 'other') })).adminToken).not.toBe(first.adminToken)
  })

  test('`prepare()` keeps the CA and issues the rest anew when another host is asked for', async () => {
    const first = await prepare()
    const moved = await prepare({ host: '10.1.2.3' })
    expect(moved.ca).toBe(first.ca)
    const server = new X509Certificate(moved.certificates!.server.certificate)
    expect(server.checkIP('10.1.2.3')).toBe('10.1.2.3')
    expect(server.checkIssued(new X509Certificate(first.ca))).toBe(true)
    expect(server.verify(new X509Certificate(first.ca).publicKey)).toBe(true)
    expect(server.serialNumber).not.toBe(new X509Certificate(first.certificates!.server.certificate).serialNumber)
    expect((await prepare()).certificates).toEqual(moved.certificates)
  })

  test('`prepare()` issues certificates anew when less than 30 days are left', async () => {
    const first = await prepare()
    await clock.advance(334 * DAY_MS)
    expect((await prepare()).certificates).toEqual(first.certificates)
    await clock.advance(2 * DAY_MS)
    const renewed = await prepare()
    expect(renewed.ca).toBe(first.ca)
    expect(renewed.certificates!.server.certificate).not.toBe(first.certificates!.server.certificate)
    await clock.advance(9.5 * 365 * DAY_MS)
    expect((await prepare()).ca).not.toBe(first.ca)
  })

  test('`ca` stays known without TLS', async () => {
    expect((await prepare({ tls: false })).ca).toBe('')
    const { ca, adminToken } = await prepare()
    const plain = await prepare({ tls: false })
    expect(plain).toMatchObject({ ca, adminToken, certificates: undefined })
  })

  test('`writeKubeconfig()` replaces its own file, also after kubectl wrote it as YAML', async () => {
    const access = await prepare()
    access.writeKubeconfig('https://127.0.0.1:1')
    access.writeKubeconfig('https://127.0.0.1:2')
    const file = join(folder, 'kubeconfig')
    expect(readFileSync(file, 'utf8')).toContain('"server": "https://127.0.0.1:2"')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    writeFileSync(file, 'clusters:\n- cluster:\n    server: x\n  name: kubetape\nusers:\n- name: admin\n  user: {}\n')
    access.writeKubeconfig('https://127.0.0.1:3')
    expect(access.kubeconfig).toBe(file)
  })

  test.each(['clusters:\n- cluster:\n    server: x\n  name: prod\n- name: kubetape\n', 'apiVersion: v1\n', 'no kubeconfig at all'])(
    '`writeKubeconfig()` refuses a file that holds anything else: %j',
    async (text) => {
      const access = await prepare()
      const file = join(folder, 'config')
      writeFileSync(file, text)
      expect(() => access.writeKubeconfig('https://127.0.0.1:1', file)).toThrow('Cannot write the kubeconfig')
      expect(readFileSync(file, 'utf8')).toBe(text)
    },
  )
})
