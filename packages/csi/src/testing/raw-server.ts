import { type CsiServiceName, loadProtocol } from '../protocol/load-protocol.ts'

/** A server that answers with bytes as they are, also those that the protocol does not allow. */
export interface RawServer {
  kill(): void
}

/** Answers of methods by path, as `/csi.v1.Identity/Probe`: bytes, or a function that is called with the request's. */
export type RawAnswers = Readonly<Record<string, Uint8Array | (() => Promise<Uint8Array>)>>

export async function rawServer(endpoint: string, answers: RawAnswers): Promise<RawServer> {
  const {
    grpc: { Server, ServerCredentials, status },
  } = await loadProtocol()
  const server = new Server()
  const asIs = (bytes: Buffer): Buffer => bytes
  for (const [path, answer] of Object.entries(answers))
    server.register<Buffer, Buffer>(
      path,
      (_call: unknown, callback: (error: object | null, bytes?: Buffer) => void) => {
        Promise.resolve(typeof answer === 'function' ? answer() : answer).then(
          (bytes) => callback(null, Buffer.from(bytes)),
          (error: Error) => callback({ code: status.UNKNOWN, details: error.message }),
        )
      },
      asIs,
      asIs,
      'unary',
    )
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(endpoint, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)))
  })
  return { kill: () => server.forceShutdown() }
}

/** The path of a method. */
export function pathOf(service: CsiServiceName, rpc: string): string {
  return `/csi.v1.${service}/${rpc}`
}
