import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { CsiDriverRegistry } from '@kubetape/csi'
import { checkOptions } from './check-options.ts'
import { ControlPlane } from './control-plane.ts'

describe('checkOptions()', () => {
  test.each(['10.96.0.0/16', 'fd00::/108', '10.96.0.0/16,fd00::/108'])('takes the range %s', (serviceClusterIpRange) => {
    expect(() => checkOptions({ serviceClusterIpRange })).not.toThrow()
  })

  test.each(['', '10.96.0.0', '10.96.0.0/33', '10.96.0/16', 'fd00::/129', '10.96.0.0/16,10.97.0.0/16'])(
    'refuses the range %j',
    (serviceClusterIpRange) => {
      expect(() => checkOptions({ serviceClusterIpRange })).toThrow('Cannot use the range of Service addresses')
    },
  )

  test.each(['30000-32767', '1-65535', '80-80', '30000+10'])('takes the range of node ports %s', (serviceNodePortRange) => {
    expect(() => checkOptions({ serviceNodePortRange })).not.toThrow()
  })

  test.each(['', '30000', '0-5', '32767-30000', '30000-65536', '65535+1', '1 - 2'])(
    'refuses the range of node ports %j',
    (serviceNodePortRange) => {
      expect(() => checkOptions({ serviceNodePortRange })).toThrow('Cannot use the range of node ports')
    },
  )

  test('refuses controllers that there are not, and takes those of nodes without nodes', () => {
    expect(() => checkOptions({ controllers: ['*', '-jobs'] })).toThrow('Cannot run controller "jobs": there is no such controller')
    expect(() => checkOptions({ controllers: ['*', '-simulated-binder'], nodes: 0 })).not.toThrow()
  })

  test('refuses sockets of drivers that cannot be any, and those beside drivers that are connected', () => {
    expect(() => checkOptions({ csiEndpoints: ['unix:///a', '/a'] })).toThrow('Cannot use CSI endpoint "/a": it is given twice')
    expect(() => checkOptions({ csiEndpoints: [], drivers: new CsiDriverRegistry() })).toThrow('it does not go together with drivers')
    expect(() => checkOptions({ csiEndpoints: ['unix:///a', '/b'] })).not.toThrow()
  })

  test.each([
    ['300.1.1.1', true, 'Cannot listen on "300.1.1.1": it is neither an address of this machine nor a name'],
    ['a b', true, 'it is neither an address of this machine nor a name'],
    ['0.0.0.0', false, 'plain HTTP is served on loopback only'],
  ])('refuses the host %s with TLS %s', (host, tls, message) => {
    expect(() => checkOptions({ host, tls })).toThrow(message)
  })

  test.each(['127.0.0.1', '::1', 'localhost'])('takes the host %s without TLS', (host) => {
    expect(() => checkOptions({ host, tls: false })).not.toThrow()
  })

  test('refuses to provision host-path volumes without a folder for them', () => {
    expect(() => checkOptions({ hostPath: { provisions: true } })).toThrow(
      'there is neither a data folder nor a root for their directories',
    )
    for (const options of [{ data: '/nowhere' }, { hostPath: { provisions: true, root: '/nowhere' } }, { hostPath: {} }])
      expect(() => checkOptions({ hostPath: { provisions: 'data' in options }, ...options })).not.toThrow()
  })

  test('is asked by `ControlPlane.start()` before anything is written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubetape-options-'))
    const data = join(folder, 'data')
    await expect(ControlPlane.start({ data, controllers: ['jobs'] })).rejects.toThrow('no such controller')
    expect(existsSync(data)).toBe(false)
    rmSync(folder, { recursive: true })
  })
})
