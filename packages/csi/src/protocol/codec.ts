import type { CsiServiceName } from './load-protocol.ts'

/** How a message of ours stands on the wire. `decode` throws a CsiMessageError for what the protocol does not allow. */
export interface Codec<T> {
  encode(value: T): object
  decode(wire: object): T
}

/** One method of a driver: where it stands in the protocol, and its messages. */
export interface CsiMethod<Request, Answer> {
  readonly service: CsiServiceName
  readonly rpc: string
  readonly request: Codec<Request>
  readonly answer: Codec<Answer>
}

/** The message without fields. */
export const nothing: Codec<void> = { encode: () => ({}), decode: () => undefined }
