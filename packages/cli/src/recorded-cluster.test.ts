import { describe, expect, test } from '@jest/globals'
import type { ClusterConfig, HttpClient } from '@kubetape/client'
import { recordedCluster } from './recorded-cluster.ts'

/** A cluster of which only one answer is known; counts the clients that are left open. */
function clusterThat(answer: () => Promise<unknown>) {
  const left = { open: 0 }
  const client = async (): Promise<HttpClient> => {
    left.open++
    return { get: answer, close: () => void left.open-- } as unknown as HttpClient
  }
  const cluster: ClusterConfig = { source: 'a test', server: 'https://one', namespace: 'default', client }
  return { cluster, left }
}

describe('recordedCluster()', () => {
  test('knows a cluster by the uid of its kube-system', async () => {
    const { cluster, left } = clusterThat(async () => ({ metadata: { name: 'kube-system', uid: 'a' } }))
    const unknown: unknown[] = []
    expect(await recordedCluster(cluster, (...what) => unknown.push(what))).toEqual({ server: 'https://one', uid: 'a' })
    expect([unknown, left.open]).toEqual([[], 0])
  })

  test('makes do with the place when that may not be read', async () => {
    const refusal = new Error('namespaces "kube-system" is forbidden')
    const { cluster, left } = clusterThat(() => Promise.reject(refusal))
    const unknown: unknown[] = []
    expect(await recordedCluster(cluster, (...what) => unknown.push(what))).toEqual({ server: 'https://one' })
    expect([unknown, left.open]).toEqual([[['https://one', refusal]], 0])
  })
})
