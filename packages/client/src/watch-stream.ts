import type { IncomingMessage } from 'node:http'
import { type Kind, type KubeObject, type Status, StatusError, type WatchEvent } from '@kubetape/apimachinery'
import type { Subscriber } from 'rxjs'
import { RequestFailed } from './client.ts'
import { LineSplitter } from './line-splitter.ts'
import type { SharedFields } from './shared-fields.ts'
import { wholeObject } from './whole-object.ts'
import { describeRequest, type WireRequest } from './wire-request.ts'

/** The longest event that is read; the API refuses objects far below this. */
export const WATCH_EVENT_BYTES_MAX = 64 * 1024 * 1024

/**
 * Delivers the events of a watch's answer, one JSON document a line, in order. Completes when the server ends it, errors with a StatusError on
 * an ERROR event and with RequestFailed when the connection breaks or a line is no event.
 */
export function readWatch<T extends KubeObject>(
  request: WireRequest,
  kind: Kind<T>,
  response: IncomingMessage,
  subscriber: Subscriber<WatchEvent<T>>,
  fields: SharedFields,
): void {
  const lines = new LineSplitter(WATCH_EVENT_BYTES_MAX)
  const fail = (why: string, cause: unknown): void => {
    if (!subscriber.closed) subscriber.error(new RequestFailed(`Cannot ${describeRequest(request)}: ${why}`, { cause }))
  }
  const deliver = (line: string): void => {
    const event = eventOf(line, fields)
    if (event.type === 'ERROR') subscriber.error(new StatusError(event.object))
    else subscriber.next({ type: event.type, object: wholeObject(kind, event.object as T) })
  }
  response.on('data', (chunk: Buffer) => {
    try {
      for (const line of lines.push(chunk)) {
        if (subscriber.closed) return
        deliver(line)
      }
    } catch (cause) {
      fail('the server sent something that is no watch event', cause)
    }
  })
  response.on('end', () => {
    try {
      const last = lines.rest()
      if (last !== undefined && !subscriber.closed) deliver(last)
      subscriber.complete()
    } catch (cause) {
      fail('the last event was cut', cause)
    }
  })
  response.on('error', (cause) => fail('the connection was lost', cause))
  if (response.destroyed) fail('the connection was lost', response.errored)
}

function eventOf(line: string, fields: SharedFields): WatchEvent {
  const event = fields.parse(line, objectOf) as { type?: unknown; object?: unknown }
  if (typeof event.type !== 'string' || typeof event.object !== 'object' || event.object === null) {
    throw new TypeError(`Cannot read a watch event: it has no type or no object: ${line.slice(0, 200)}`)
  }
  if (event.type === 'ERROR') return { type: 'ERROR', object: withCode(event.object as Status) }
  return event as WatchEvent
}

const objectOf = (event: unknown): readonly unknown[] => [(event as { object?: unknown }).object]

/** Some servers leave the code out of a Status; 500 is what its absence stands for. */
const withCode = (status: Status): Status => (typeof status.code === 'number' ? status : { ...status, code: 500 })
