import type { ServerResponse } from 'node:http'
import type { Status } from '@kubetape/apimachinery'
import type { TooManyRequests } from '../flow-control/flow-control.ts'
import { encodeRefusal } from './representation.ts'
import { warningHeaders } from './warning-headers.ts'

/** Answers a failed request with its Status. */
export function sendStatus(response: ServerResponse, status: Status, warnings: readonly string[] = []): void {
  const retryAfter = status.details?.retryAfterSeconds
  const { headers, url = '' } = response.req
  const { contentType, bytes, end } = encodeRefusal(status, { accept: headers.accept, pretty: PRETTY.test(url) })
  response.writeHead(status.code ?? 500, {
    'content-type': contentType,
    'content-length': bytes.length + end.length,
    'cache-control': 'no-cache, private',
    ...warningHeaders(warnings),
    ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
  })
  response.cork()
  response.write(bytes)
  response.end(end)
}

const PRETTY = /[?&]pretty=(?!0|false)/

/** 429 comes as text: it is said before the request is looked at. */
export function sendTooManyRequests(response: ServerResponse, { text, retryAfterSeconds }: TooManyRequests): void {
  response.writeHead(429, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': text.length + 1,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache, private',
    'retry-after': String(retryAfterSeconds),
  })
  response.end(`${text}\n`)
}

/** The text page of a path that nothing serves. */
export function sendNotFoundPage(response: ServerResponse): void {
  const text = '404 page not found\n'
  response.writeHead(404, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': text.length,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache, private',
  })
  response.end(text)
}

/** A 500 in plain text, as upstream answers where a request cannot even be judged. */
export function sendInternalErrorPage(response: ServerResponse, why: string): void {
  const text = `Internal Server Error: ${JSON.stringify(response.req.url ?? '/')}: ${why}\n`
  response.writeHead(500, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache, private',
  })
  response.end(text)
}
