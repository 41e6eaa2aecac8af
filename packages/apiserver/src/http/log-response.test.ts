import type { ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import type { Exchange } from './api-server.ts'
import { sendLog } from './log-response.ts'

test('sendLog() follows no log for a client that is gone already', () => {
  const written: string[] = []
  const response = {
    writeHead: () => undefined,
    flushHeaders: () => undefined,
    write: (text: string) => written.push(text),
  } as unknown as ServerResponse
  let stops = 0
  const exchange = {
    request: { httpVersionMajor: 2 },
    response,
    audit: undefined,
    lasts: () => undefined,
    onEnd: (listener: () => void) => listener(),
    release: () => undefined,
  } as unknown as Exchange
  sendLog(exchange, { text: 'a\n', follow: () => () => stops++ }, {})
  expect([written, stops]).toEqual([['a\n'], 1])
})
