import type { IncomingMessage } from 'node:http'
import { type Kind, type KubeObject, parseExactJson, type Status, StatusError, type WatchEvent } from '@kubetape/apimachinery'
import type { Subscriber } from 'rxjs'
import { RequestFailed } from './client.ts'
import { CUT, OPEN } from './json-bytes.ts'
import { behindSpace, endOfValue } from './json-extent.ts'
import { LineSplitter } from './line-splitter.ts'
import { MemberCursor } from './member-cursor.ts'
import type { ObjectHead, ObjectReader } from './object-reader.ts'
import { headOf } from './whole-object.ts'
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
  objects: ObjectReader,
): void {
  const lines = new LineSplitter(WATCH_EVENT_BYTES_MAX)
  const fail = (why: string, cause: unknown): void => {
    if (!subscriber.closed) subscriber.error(new RequestFailed(`Cannot ${describeRequest(request)}: ${why}`, { cause }))
  }
  const head = headOf(kind)
  const deliver = (line: Buffer): void => {
    const event = eventOf(line, head, objects)
    if (event.type === 'ERROR') subscriber.error(new StatusError(event.object))
    else subscriber.next(event as WatchEvent<T>)
  }
  const onData = (chunk: Buffer): void => {
    try {
      for (const line of lines.push(chunk)) {
        if (subscriber.closed) return
        deliver(line)
      }
    } catch (cause) {
      fail('the server sent something that is no watch event', cause)
    }
  }
  const onEnd = (): void => {
    try {
      const last = lines.rest()
      if (last !== undefined && !subscriber.closed) deliver(last)
      subscriber.complete()
    } catch (cause) {
      fail('the last event was cut', cause)
    }
  }
  const onError = (cause: Error): void => fail('the connection was lost', cause)
  response.on('data', onData)
  response.on('end', onEnd)
  response.on('error', onError)
  // A closed connection stays for a while, with its answer: it must not keep whoever watched.
  subscriber.add(() => {
    response.on('error', ignore)
    response.off('data', onData).off('end', onEnd).off('error', onError)
  })
  if (response.destroyed) fail('the connection was lost', response.errored)
}

const ignore = (): void => undefined

/** The event of a line. Throws a SyntaxError or a TypeError when it is none. */
function eventOf(line: Buffer, head: ObjectHead, objects: ObjectReader): WatchEvent {
  const cursor = new MemberCursor(line, 0, line.length)
  let type: unknown
  let object: KubeObject | undefined
  let objectAt = 0
  let found = cursor.next('type')
  for (; found === 'value'; found = cursor.next('object')) {
    const from = cursor.at
    if (cursor.name === 'object' && line[from] === OPEN) {
      object = objects.read(line, from, line.length, head)
      if (object === undefined) break
      cursor.at = objects.end
      objectAt = from
      continue
    }
    cursor.at = endOfValue(line, from, line.length)
    if (cursor.at === CUT) break
    if (cursor.name === 'type') type = parseExactJson(line.toString('utf8', from, cursor.at))
  }
  if (found !== 'end' || behindSpace(line, cursor.at, line.length) < line.length)
    throw new SyntaxError('Cannot read a watch event: it is cut')
  if (typeof type !== 'string' || object === undefined)
    throw new TypeError(`Cannot read a watch event: it has no type or no object: ${line.toString('utf8', 0, 200)}`)
  // A Status is not of the kind that is watched.
  if (type === 'ERROR')
    return { type, object: withCode(parseExactJson(line.toString('utf8', objectAt, endOfValue(line, objectAt, line.length))) as Status) }
  return { type, object } as WatchEvent
}

/** Some servers leave the code out of a Status; 500 is what its absence stands for. */
const withCode = (status: Status): Status => (typeof status.code === 'number' ? status : { ...status, code: 500 })
