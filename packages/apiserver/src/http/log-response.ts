import type { OutgoingHttpHeaders } from 'node:http'
import type { LogStream } from '../registry/subresources/pod-log.ts'
import type { Exchange } from './api-server.ts'

/** Answers a log as plain text: at once, or as long as its container runs. */
export function sendLog({ request, response, audit, lasts, onEnd, release }: Exchange, log: LogStream, headers: OutgoingHttpHeaders): void {
  audit?.started(200)
  response.writeHead(200, { ...headers, 'content-type': 'text/plain' })
  if (log.follow === undefined) {
    response.end(log.text)
    return
  }
  lasts()
  if (request.httpVersionMajor === 1) request.socket.setTimeout(0)
  response.flushHeaders()
  if (log.text !== '') response.write(log.text)
  const stop = log.follow({ write: (text) => void response.write(text), end: () => void response.end() })
  onEnd(stop)
  // From here on it waits for the container, which costs nothing.
  release()
}
