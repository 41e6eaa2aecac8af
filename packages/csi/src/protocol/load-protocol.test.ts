import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { controllerMethods } from './controller-methods.ts'
import { loadProtocol, rpcOf } from './load-protocol.ts'
import { nodeMethods } from './node-methods.ts'

describe('loadProtocol()', () => {
  test('knows every method that drivers have', async () => {
    const protocol = await loadProtocol()
    for (const { service, rpc } of Object.values({ ...controllerMethods, ...nodeMethods }))
      expect(rpcOf(protocol, service, rpc).path).toBe(`/csi.v1.${service}/${rpc}`)
    expect(() => rpcOf(protocol, 'Node', 'CreateVolume')).toThrow('Cannot call CreateVolume: the service Node has no such method')
  })

  test('writes fields under the numbers of the protocol', async () => {
    const { requestSerialize } = rpcOf(await loadProtocol(), 'Controller', 'ControllerModifyVolume')
    const bytes = requestSerialize({ volumeId: 'v', mutableParameters: { a: 'b' } })
    expect([...bytes]).toEqual([0x0a, 1, 0x76, 0x1a, 6, 0x0a, 1, 0x61, 0x12, 1, 0x62])
  })

  test('is generated from csi.proto', () => {
    const generate = join(import.meta.dirname, '../../generate.mjs')
    expect(() => execFileSync(process.execPath, [generate, '--check'], { stdio: 'pipe' })).not.toThrow()
  })
})
