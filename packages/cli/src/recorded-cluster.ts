import { Namespace } from '@kubetape/api/kinds'
import type { ClusterConfig } from '@kubetape/client'
import type { RecordingSource } from '@kubetape/replay'

/** Who a cluster is does not keep a program from starting for longer than this. */
const ASK_MAX_MS = 5_000

/** Told why a cluster does not say who it is. */
export type Unknown = (server: string, why: unknown) => void

/**
 * What a recording on this cluster says that it is of: where its API is, and the uid of kube-system, by which the cluster is known however it is
 * reached. Where that namespace cannot be read, which needs a right that many controllers have no use for, `unknown` is told and the place has to do.
 */
export async function recordedCluster(cluster: ClusterConfig, unknown: Unknown): Promise<RecordingSource> {
  const { server } = cluster
  const client = await cluster.client({ requestTimeoutMs: ASK_MAX_MS })
  try {
    const { uid } = (await client.get(Namespace, { name: 'kube-system' })).metadata
    return { server, ...(uid === undefined ? {} : { uid }) }
  } catch (error) {
    unknown(server, error)
    return { server }
  } finally {
    client.close()
  }
}
