import { describe, expect, test } from '@jest/globals'
import { Writer } from 'protobufjs/minimal.js'
import { ProtobufWriter } from '../openapi/protobuf-writer.ts'
import { bodyText } from '../http/parse-body.ts'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'

type Write = (writer: ProtobufWriter) => unknown

/** A body as client-go sends it: the magic bytes, then an envelope with the kind and the message. */
function body(apiVersion: string, kind: string, write: Write): Buffer {
  const envelope = new ProtobufWriter()
    .message(1, (head) => head.string(1, apiVersion).string(2, kind))
    .message(2, (raw) => void write(raw))
  return Buffer.concat([Buffer.from('k8s\0'), envelope.finish()])
}

const read = (bytes: Buffer): unknown => JSON.parse(bodyText(bytes, PROTOBUF, 'Job'))

/** Fields that a writer of strings and messages cannot write. */
const raw = (apiVersion: string, kind: string, message: readonly number[]): Buffer => {
  const head = new ProtobufWriter().message(1, (one) => one.string(1, apiVersion).string(2, kind)).finish()
  return Buffer.concat([Buffer.from('k8s\0'), head, Buffer.from([(2 << 3) | 2, message.length, ...message])])
}

describe('bodyText() of protobuf', () => {
  test('reads a packed list as long as a body may be', () => {
    const many = body('v1', 'Pod', (pod) =>
      pod.message(2, (spec) => spec.message(14, (security) => security.string(4, '\u0001'.repeat(400_000)))),
    )
    const { spec } = read(many) as { spec: { securityContext: { supplementalGroups: unknown[] } } }
    expect(spec.securityContext.supplementalGroups).toHaveLength(400_000)
  })

  test.each([253_402_300_800, 2 ** 52, -62_167_219_201])('refuses a time that no time can be: %d s', (seconds) => {
    const time = Writer.create().uint32(8).int64(seconds).finish()
    // ConfigMap { metadata = 1 { creationTimestamp = 8 } }
    const map = raw('v1', 'ConfigMap', [0x0a, time.length + 2, 0x42, time.length, ...time])
    expect(() => read(map)).toThrow('Cannot read the protobuf body: Time is out of range')
  })

  test('reads texts, maps, bytes and nested messages', () => {
    const secret = body('v1', 'Secret', (one) => {
      one.message(1, (metadata) => {
        metadata.string(1, 'keys')
        metadata.message(11, (label) => label.string(1, 'app').string(2, 'a'))
        metadata.message(8, () => undefined)
      })
      one.message(2, (entry) => entry.string(1, 'a').string(2, 'hi'))
      one.string(3, 'Opaque')
    })
    expect(read(secret)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', labels: { app: 'a' } },
      data: { a: 'aGk=' },
      type: 'Opaque',
    })
  })

  test('reads lists, inlined messages, quantities and numbers or texts', () => {
    const pod = body('v1', 'Pod', (one) =>
      one.message(2, (spec) => {
        spec.message(1, (volume) => volume.string(1, 'v').message(2, (source) => source.message(2, (empty) => empty.string(1, 'Memory'))))
        spec.message(2, (container) => {
          container.string(1, 'main').strings(3, ['a', 'b'])
          container.message(8, (resources) =>
            resources.message(1, (limit) => limit.string(1, 'cpu').message(2, (quantity) => void quantity.string(1, '100m'))),
          )
          container.message(10, (probe) =>
            probe.message(1, (handler) => handler.message(2, (get) => get.message(2, (port) => port.string(3, 'http')))),
          )
        })
      }),
    )
    expect(read(pod)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }],
        containers: [
          { name: 'main', command: ['a', 'b'], resources: { limits: { cpu: '100m' } }, livenessProbe: { httpGet: { port: 0 } } },
        ],
      },
    })
  })

  test('reads signed numbers, also negative ones', () => {
    expect(read(raw('batch/v1', 'DeleteOptions', [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]))).toEqual({
      apiVersion: 'batch/v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: -1,
    })
  })

  test('reads times', () => {
    const lease = body('coordination.k8s.io/v1', 'Lease', () => undefined)
    expect(read(lease)).toEqual({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' })
    // metadata.creationTimestamp is 1 s, spec.acquireTime 1.000002 s after the epoch.
    const timed = raw('coordination.k8s.io/v1', 'Lease', [0x0a, 4, 0x42, 2, 0x08, 1, 0x12, 7, 0x1a, 5, 0x08, 1, 0x10, 0xd0, 0x0f])
    expect(read(timed)).toMatchObject({
      metadata: { creationTimestamp: '1970-01-01T00:00:01Z' },
      spec: { acquireTime: '1970-01-01T00:00:01.000002Z' },
    })
  })

  test.each([
    ['other bytes', Buffer.from('{}'), 'it does not begin with the bytes of a Kubernetes message'],
    ['a kind that v1.31 does not have', body('v1', 'Nothing', () => undefined), 'no kind "Nothing" is registered for version "v1"'],
    ['a message that is cut off', raw('v1', 'Secret', [0x1a, 9, 0x41]), 'unexpected EOF'],
    ['a number where a text belongs', raw('v1', 'Secret', [0x18, 1]), 'field 3 is a number'],
  ])('refuses %s', (_, bytes, why) => {
    expect(() => bodyText(bytes, PROTOBUF, 'Job')).toThrow(`Cannot read the protobuf body: ${why}`)
  })
})
