// What comes over a connection that no client of ours would send: broken HTTP/1.1, and HTTP/2 with words of its own for methods.
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTls } from 'node:tls'

const ANSWER_MS = 20_000
const BROKEN = [
  '\r\n\r\n',
  'GET\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET http://elsewhere/api/v1/secrets HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'GET /api/v1/secrets HTTP/1.1\r\nHost : a\r\n\r\n',
  'GET /api/v1/secrets HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\r\n usertoken\r\nConnection: close\r\n\r\n',
  'POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/secrets HTTP/1.1\r\n\r\n',
  'POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{"a"}x',
  'POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: -1\r\n\r\n',
  'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /api/v1/pods HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n',
  'GET /api/v1/\u0000 HTTP/1.1\r\nHost: a\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u0016\u0003\u0001',
]
const METHODS = [
  'GET',
  'LIST',
  'WATCH',
  'create',
  'get',
  'DELETECOLLECTION',
  'constructor',
  '__proto__',
  'TRACE',
  'x'.repeat(300),
  'HEAD',
  'POST',
  'DELETE',
]

/** Sends broken bytes and leaves; resolves when the connection is over. What came back is the text. */
export function sendBroken(random, { host, port, ca }) {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, ca, ALPNProtocols: ['http/1.1'] })
    let text = ''
    const timer = setTimeout(() => socket.destroy(), 200)
    socket.setEncoding('latin1').on('data', (more) => (text += more))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(text)
    })
    socket.on('secureConnect', () => socket.write(random.pick(BROKEN), 'latin1'))
  })
}

/** HTTP/2 requests over one connection, made anew when it has ended. */
export function http2Sender({ host, port, ca }) {
  let session
  const connected = () => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connectHttp2(`https://${host}:${port}`, { ca })
      session.on('error', () => undefined)
    }
    return session
  }
  return {
    /** The status and the method that was sent; code 0 where the stream was reset. */
    send: (random, path, headers) =>
      new Promise((resolve) => {
        const method = random.pick(METHODS)
        let code = 0
        let timer
        const finish = (error) => {
          clearTimeout(timer)
          resolve({ method, code, ...(error === undefined ? {} : { error }) })
        }
        try {
          const stream = connected().request({ ...headers, ':method': method, ':path': path })
          timer = setTimeout(() => {
            stream.destroy()
            finish(code === 0 ? `no answer within ${ANSWER_MS / 1000} s` : undefined)
          }, ANSWER_MS)
          stream.on('response', (answer) => {
            code = Number(answer[':status'])
            if (random.chance(0.2)) stream.close(8)
            else setTimeout(() => stream.close(8), 30)
          })
          stream.on('error', () => finish())
          stream.on('close', () => finish())
          stream.resume()
          stream.end()
        } catch {
          // Some paths and headers are refused by our own side of the connection.
          finish()
        }
      }),
    close: () => session?.destroy(),
  }
}
