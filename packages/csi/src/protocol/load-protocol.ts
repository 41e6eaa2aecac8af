import type * as grpc from '@grpc/grpc-js'
import { csiProto } from '../generated/csi-proto.ts'

export type CsiServiceName = 'Identity' | 'Controller' | 'Node'

/** What speaks the protocol: the gRPC library, and the three services with their messages' encodings. */
export interface Protocol {
  readonly grpc: typeof grpc
  readonly services: Readonly<Record<CsiServiceName, grpc.ServiceDefinition>>
}

let loaded: Promise<Protocol> | undefined

/** Loads gRPC when the first driver is spoken to or served: whoever has no driver does not pay for it. */
export function loadProtocol(): Promise<Protocol> {
  return (loaded ??= load())
}

async function load(): Promise<Protocol> {
  const [grpc, { fromJSON }] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')])
  // Sizes are read as text, because a number would silently round those above 2^53.
  const all = fromJSON(JSON.parse(csiProto) as Parameters<typeof fromJSON>[0], {
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  })
  const service = (name: CsiServiceName): grpc.ServiceDefinition => all[`csi.v1.${name}`] as grpc.ServiceDefinition
  return { grpc, services: { Identity: service('Identity'), Controller: service('Controller'), Node: service('Node') } }
}

/** The definition of one RPC. */
export function rpcOf({ services }: Protocol, service: CsiServiceName, rpc: string): grpc.MethodDefinition<object, object> {
  const definition = services[service][rpc]
  if (definition === undefined) throw new Error(`Cannot call ${rpc}: the service ${service} has no such method`)
  return definition as grpc.MethodDefinition<object, object>
}
