import type { Client, ServiceError } from '@grpc/grpc-js'
import type { Clock } from '@kubetape/determinism'
import { CsiError } from '../csi-error.ts'
import type { CsiMethod } from '../protocol/codec.ts'
import { type Protocol, rpcOf } from '../protocol/load-protocol.ts'
import { CsiMessageError } from '../protocol/message-error.ts'
import { callError } from './call-error.ts'
import { OperationKeys, type OperationPlace } from './operation-keys.ts'

/** Node's longest timer: the connection is never taken down because nobody uses it. */
const NEVER_MS = 2 ** 31 - 1

interface AnyRequest {
  readonly name?: string
  readonly volumeId?: string
  readonly secrets?: Readonly<Record<string, string>>
}

/** One connection to a driver's socket, without reconnection: once it is lost, every call is refused. */
export class CsiConnection {
  /** Resolves when the driver has gone away, or after `close`. */
  readonly lost: Promise<void>
  readonly #client: Client
  readonly #protocol: Protocol
  readonly #clock: Clock
  readonly #operations = new OperationKeys()
  readonly #lose: () => void
  /** Ends the calls that are under way. */
  readonly #cutOffs = new Set<() => void>()
  #open = true

  constructor({ protocol, path, clock }: { protocol: Protocol; path: string; clock: Clock }) {
    this.#protocol = protocol
    this.#clock = clock
    const { promise, resolve } = Promise.withResolvers<void>()
    this.lost = promise
    this.#lose = resolve
    const { Client, credentials } = protocol.grpc
    this.#client = new Client(`unix://${path}`, credentials.createInsecure(), {
      'grpc.client_idle_timeout_ms': NEVER_MS,
      'grpc.enable_retries': 0,
      // Connections that failed before say nothing about this one.
      'grpc.use_local_subchannel_pool': 1,
    })
  }

  /** From now on `lost` tells. Call it once the driver has answered. */
  watch(): void {
    const { READY } = this.#protocol.grpc.connectivityState
    const channel = this.#client.getChannel()
    if (channel.getConnectivityState(false) !== READY) this.close()
    else channel.watchConnectivityState(READY, Infinity, () => this.close())
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    // The library lets calls that are under way go on when it closes.
    for (const cutOff of this.#cutOffs) cutOff()
    this.#client.close()
    this.#lose()
  }

  /** Rejects with a CsiError, and with nothing else. `timeoutMs` includes the time that it waits for other operations on the volume. */
  async call<Request, Answer>(method: CsiMethod<Request, Answer>, request: Request, timeoutMs: number): Promise<Answer> {
    const { rpc } = method
    const wire = encoded(method, request)
    const named = (request ?? {}) as AnyRequest
    const key = keyOf(named)
    const place = key === undefined ? undefined : this.#operations.enter(key)
    const { promise: timeUp, resolve } = Promise.withResolvers<'time up'>()
    const timer = this.#clock.setTimer(() => resolve('time up'), timeoutMs)
    try {
      if (place !== undefined) await inTurn(place, timeUp, `Cannot call ${rpc}: another operation on ${key} is pending`)
      const bytes = await this.#send(method, wire, timeUp, named.secrets ?? {})
      return this.#decoded(method, bytes)
    } finally {
      timer.cancel()
      place?.leave()
    }
  }

  #send(
    { service, rpc }: Pick<CsiMethod<unknown, unknown>, 'service' | 'rpc'>,
    wire: object,
    timeUp: Promise<unknown>,
    secrets: Readonly<Record<string, string>>,
  ): Promise<Buffer> {
    if (!this.#open) return Promise.reject(lostConnection())
    const { path, requestSerialize } = rpcOf(this.#protocol, service, rpc)
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    // Bytes are decoded later: the library would call an answer that cannot be read a refusal of the driver.
    const call = this.#client.makeUnaryRequest(
      path,
      requestSerialize,
      (bytes) => bytes,
      wire,
      (error: ServiceError | null, bytes) => {
        if (error === null && bytes !== undefined) resolve(bytes)
        else reject(callError(error ?? noMessage(), this.#protocol.grpc.status, secrets))
      },
    )
    const end = (error: CsiError): void => {
      reject(error)
      call.cancel()
    }
    const cutOff = (): void => end(lostConnection())
    this.#cutOffs.add(cutOff)
    // As Go's clients say it.
    void timeUp.then(() => end(new CsiError('DEADLINE_EXCEEDED', 'context deadline exceeded')))
    return promise.finally(() => this.#cutOffs.delete(cutOff))
  }

  /** What was done is not known from an answer that cannot be used, so the operation has not ended. */
  #decoded<Answer>({ service, rpc, answer }: Pick<CsiMethod<unknown, Answer>, 'service' | 'rpc' | 'answer'>, bytes: Buffer): Answer {
    try {
      return answer.decode(rpcOf(this.#protocol, service, rpc).responseDeserialize(bytes))
    } catch (error) {
      throw new CsiError('UNAVAILABLE', `Cannot use the driver's answer to ${rpc}: ${(error as Error).message}`, { cause: error })
    }
  }
}

function encoded<Request>({ rpc, request: codec }: CsiMethod<Request, unknown>, request: Request): object {
  try {
    return codec.encode(request)
  } catch (error) {
    if (!(error instanceof CsiMessageError)) throw error
    throw new CsiError('INVALID_ARGUMENT', `Cannot call ${rpc}: ${error.message}`, { cause: error })
  }
}

function keyOf({ volumeId, name }: AnyRequest): string | undefined {
  if (volumeId !== undefined) return `volume "${volumeId}"`
  return name === undefined ? undefined : `the volume with the name "${name}"`
}

async function inTurn({ turn }: OperationPlace, timeUp: Promise<'time up'>, refusal: string): Promise<void> {
  if ((await Promise.race([turn, timeUp])) === 'time up') throw new CsiError('ABORTED', refusal)
}

function lostConnection(): CsiError {
  return new CsiError('UNAVAILABLE', 'the connection to the driver was lost')
}

function noMessage(): ServiceError {
  return Object.assign(new Error('No message received'), { details: 'No message received', code: 2 }) as unknown as ServiceError
}
