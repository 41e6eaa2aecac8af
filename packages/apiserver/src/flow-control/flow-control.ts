import { failure, StatusError } from '@kubetape/apimachinery'
import type { UserInfo } from '../registry/strategy.ts'
import type { RequestInfo } from '../request/request-info.ts'

/** A request that wants to be served. */
export interface WaitingRequest {
  readonly user: UserInfo
  readonly info: RequestInfo
  /** Of a list: its `limit`, as an estimate of the work; undefined without one. */
  readonly limit?: number
  /** Has `listener` called when the client is gone, which ends the wait. Only asked by requests that have to wait. */
  onGone(listener: () => void): void
}

/** A request that may be served now. */
export interface Seat {
  /** Headers that say which FlowSchema and PriorityLevelConfiguration it came through. */
  readonly headers: Readonly<Record<string, string>>
  /** Gives the seat back: when the answer is complete, of a watch when what it begins with has been sent. */
  release(): void
}

/** 429, as text and not as a Status: upstream says it before anything is known of what was asked for. */
export class TooManyRequests extends StatusError {
  readonly text = 'Too many requests, please try again later.'
  /** When to come again. */
  readonly retryAfterSeconds = 1

  constructor() {
    super(failure(429, 'TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 }).status)
  }
}

/** API priority and fairness (KEP-1040): who may be served at once. Throws 429 with a time after which to come again. */
export interface FlowControl {
  admit(request: WaitingRequest): Seat | Promise<Seat>
}
