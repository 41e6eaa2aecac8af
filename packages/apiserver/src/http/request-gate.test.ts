import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { EVERYBODY } from '../auth/anonymous-access.ts'
import { Authentication } from '../auth/authentication.ts'
import { alwaysAllow } from '../auth/fixed-authorizers.ts'
import type { FlowControl, Seat, WaitingRequest } from '../flow-control/flow-control.ts'
import { requestInfo } from '../request/request-info.ts'
import { Ending } from './ending.ts'
import { type Arrival, RequestGate } from './request-gate.ts'

/** A request whose client may leave, and a gate that takes as long as `authenticated` to know who it is. */
function setUp(authenticated: Promise<void>): {
  arrival: Arrival
  leave: () => void
  gate: RequestGate
  waiting: WaitingRequest[]
  given: () => number
} {
  const response = Object.assign(new EventEmitter(), { setHeader: () => undefined, appendHeader: () => undefined, headersSent: false })
  const request = Object.assign(new EventEmitter(), { headers: {}, rawHeaders: [], socket: {}, url: '/version' })
  const waiting: WaitingRequest[] = []
  let seats = 0
  const seat = (): Seat => {
    seats++
    let isHeld = true
    return {
      headers: {},
      release: () => {
        if (isHeld) seats--
        isHeld = false
      },
    }
  }
  const flowControl: FlowControl = {
    admit(wanted) {
      waiting.push(wanted)
      return seat()
    },
  }
  const slow = { authenticate: () => authenticated.then(() => ({ name: 'jane', groups: [] })) }
  const authentication = new Authentication({ requests: () => [slow], tokens: () => [], apiAudiences: [], anonymous: () => EVERYBODY })
  const gate = new RequestGate({ authentication, authorizer: alwaysAllow, gates: { enabled: () => false }, flowControl })
  return {
    arrival: {
      request: request as unknown as IncomingMessage,
      response: response as unknown as ServerResponse,
      info: requestInfo('GET', '/version', new URLSearchParams()),
      query: new URLSearchParams(),
      auditId: 'a',
      ending: new Ending(response as unknown as ServerResponse),
    },
    leave: () => response.emit('close'),
    gate,
    waiting,
    given: () => seats,
  }
}

test('enter() gives back the seat when the answer is complete', async () => {
  const { arrival, leave, gate, given } = setUp(Promise.resolve())
  await gate.enter(arrival)
  expect(given()).toBe(1)
  leave()
  expect(given()).toBe(0)
})

test('enter() keeps no seat for a client that left while it was found out who it is, and tells those who wait for it', async () => {
  let known = (): void => undefined
  const { arrival, leave, gate, given, waiting } = setUp(new Promise((resolve) => (known = resolve)))
  const entered = gate.enter(arrival)
  leave()
  known()
  await entered
  expect(given()).toBe(0)
  let gone = 0
  waiting[0]!.onGone(() => gone++)
  expect(gone).toBe(1)
})
