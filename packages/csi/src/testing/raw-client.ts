import type { ServiceError } from '@grpc/grpc-js'
import { type CsiServiceName, loadProtocol, rpcOf } from '../protocol/load-protocol.ts'

/** A client that sends and shows messages as they are, also those that the protocol does not allow. */
export interface RawClient {
  /** Rejects with the name of the status and the driver's words. */
  call(service: CsiServiceName, rpc: string, request?: object): Promise<object>
  close(): void
}

export async function rawClient(endpoint: string): Promise<RawClient> {
  const protocol = await loadProtocol()
  const { Client, credentials, status } = protocol.grpc
  const client = new Client(endpoint, credentials.createInsecure())
  return {
    call: (service, rpc, request = {}) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = rpcOf(protocol, service, rpc)
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error: ServiceError | null, answer) => {
          if (error !== null) reject(Object.assign(new Error(error.details), { code: status[error.code] }))
          else resolve(answer ?? {})
        })
      }),
    close: () => client.close(),
  }
}
