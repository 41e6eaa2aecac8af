import { afterEach, describe, expect, test } from '@jest/globals'
import type { SubjectAccessReview } from '@kubetape/api/types/authorization/v1'
import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'
import { CertificateSigningRequest as Kind } from '@kubetape/api/kinds'
import type { Kind as AnyKind, KubeObject } from '@kubetape/apimachinery'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import type { SmallCluster } from '../garbage-collector/testing/small-cluster.ts'
import { certificateApprovingController } from './certificate-approving-controller.ts'

const NODE = 'system:node:n'
const requestBy = (username: string, type?: string): CertificateSigningRequest => ({
  metadata: { name: 'r' },
  spec: { request: btoa('PEM'), signerName: 'signer', usages: ['client auth'], username, uid: 'u', groups: ['g'], extra: { k: ['v'] } },
  status: type === undefined ? {} : { conditions: [{ type, status: 'True' }] },
})

/** Answers reviews instead of storing them. */
function answerReviews(cluster: SmallCluster, isAllowed: (review: SubjectAccessReview) => boolean): void {
  const create = cluster.create.bind(cluster)
  cluster.create = async <T extends KubeObject>(kind: AnyKind<T>, object: T): Promise<T> => {
    if (kind.resource !== 'subjectaccessreviews') return create(kind, object)
    return { ...object, status: { allowed: isAllowed(object as unknown as SubjectAccessReview) } }
  }
}

describe('certificateApprovingController()', () => {
  let running: RunningControllers | undefined
  const allowed = new Set<string>()
  const asked: NonNullable<SubjectAccessReview['spec']>[] = []
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  async function statusOf(request: CertificateSigningRequest, rights: string[], node: string | undefined = NODE): Promise<unknown> {
    allowed.clear()
    for (const right of rights) allowed.add(right)
    asked.length = 0
    running = await runControllers([certificateApprovingController({ nodeOf: () => node })], async (cluster) =>
      answerReviews(cluster, ({ spec }) => {
        asked.push(spec)
        return allowed.has(spec.resourceAttributes?.subresource ?? '')
      }),
    )
    await running.cluster.create(Kind, request)
    await running.clock.advance(100)
    return (await running.cluster.get(Kind, { name: 'r' })).status
  }
  const approvedWith = (message: string) => ({ conditions: [{ type: 'Approved', status: 'True', reason: 'AutoApproved', message }] })

  test('approves what a node asks for itself', async () => {
    const message = 'Auto approving self kubelet client certificate after SubjectAccessReview.'
    expect(await statusOf(requestBy(NODE), ['selfnodeclient', 'nodeclient'])).toEqual(approvedWith(message))
    expect(asked).toEqual([
      {
        user: NODE,
        uid: 'u',
        groups: ['g'],
        extra: { k: ['v'] },
        resourceAttributes: {
          group: 'certificates.k8s.io',
          resource: 'certificatesigningrequests',
          verb: 'create',
          subresource: 'selfnodeclient',
          version: '*',
        },
      },
    ])
  })

  test('approves what somebody asks who may ask for nodes, and not for himself', async () => {
    const message = 'Auto approving kubelet client certificate after SubjectAccessReview.'
    expect(await statusOf(requestBy('system:bootstrap:abcdef'), ['nodeclient'])).toEqual(approvedWith(message))
    expect(asked.map(({ resourceAttributes }) => resourceAttributes?.subresource)).toEqual(['nodeclient'])
    expect(await statusOf(requestBy('jane'), ['selfnodeclient'])).toEqual({})
  })

  test('lets alone what is decided, and what no kubelet asks for', async () => {
    for (const type of ['Approved', 'Denied']) {
      const decided = requestBy(NODE, type)
      expect(await statusOf(decided, ['selfnodeclient'])).toEqual(decided.status)
    }
    running = undefined
    const request = requestBy(NODE)
    running = await runControllers([certificateApprovingController({ nodeOf: () => undefined })])
    await running.cluster.create(Kind, request)
    await running.clock.advance(100)
    expect(running.cluster.writes).toEqual(['create certificatesigningrequests/r'])
  })

  test('approves later when the right is given later, and asks ever less often', async () => {
    expect(await statusOf(requestBy(NODE), [])).toEqual({})
    await running!.clock.advance(10_000)
    const asks = asked.length
    expect(asks).toBeLessThan(16)
    allowed.add('nodeclient')
    await running!.clock.advance(20_000)
    expect((await running!.cluster.get(Kind, { name: 'r' })).status?.conditions).toHaveLength(1)
  })
})
