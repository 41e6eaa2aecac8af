import { describe, expect, test } from '@jest/globals'
import { socketPathOf } from './csi-endpoint.ts'

describe('socketPathOf()', () => {
  test.each([
    ['unix:///run/csi/csi.sock', '/run/csi/csi.sock'],
    ['unix:/run/csi.sock', '/run/csi.sock'],
    ['UNIX:///run/csi.sock', '/run/csi.sock'],
    ['/run/csi.sock', '/run/csi.sock'],
    ['/run/a:b.sock', '/run/a:b.sock'],
  ])('reads %s', (endpoint, path) => {
    expect(socketPathOf(endpoint)).toBe(path)
  })

  test.each(['tcp://127.0.0.1:10000', 'dns:///localhost:1', 'http://x/y', 'unix-abstract:csi', 'localhost:50051'])(
    'refuses %s, which is no Unix socket',
    (endpoint) => {
      expect(() => socketPathOf(endpoint)).toThrow(`Cannot use CSI endpoint "${endpoint}": only Unix sockets are spoken to`)
    },
  )

  test.each(['', 'csi.sock', './csi.sock', 'unix:csi.sock', 'unix://csi/csi.sock', 'unix:////x', 'unix:///', '/run/csi/', '/a\0b'])(
    'refuses %j, which is no absolute path',
    (endpoint) => {
      expect(() => socketPathOf(endpoint)).toThrow('it must name a socket by its absolute path')
    },
  )

  test('refuses a path that the system would cut off', () => {
    expect(socketPathOf(`/${'x'.repeat(106)}`)).toHaveLength(107)
    expect(() => socketPathOf(`/${'ä'.repeat(54)}`)).toThrow("the path has 109 bytes, a socket's may have 107")
  })
})
