// A TCP proxy in front of a server that speaks TLS, out to confuse whoever comes through it.
import { createServer } from 'node:net'
import { connect as connectTls } from 'node:tls'

const REFUSALS = {
  410: ['Gone', 'Expired', ''],
  429: ['Too Many Requests', 'TooManyRequests', 'Retry-After: 1\r\n'],
  500: ['Internal Server Error', 'InternalError', ''],
  503: ['Service Unavailable', 'ServiceUnavailable', ''],
}
const BYTES_MAX = 20_000
const LIFE_MS = 1500

/**
 * Listens on a free port. While `hostile` is true connections are refused, cut or silenced, after some bytes or some time, or answered in the
 * server's place. `watches` counts the watches that asked. `random`: a number from 0 to below 1.
 */
export async function startProxy({ server, ca, random }) {
  const { hostname, port } = new URL(server)
  const pairs = new Set()
  const proxy = { hostile: true, watches: 0, refused: 0, cut: 0, silenced: 0, url: '', stop }
  const below = (bound) => Math.floor(random() * bound)

  const listener = createServer((client) => {
    const upstream = connectTls({ host: hostname, port: Number(port), ca })
    const pair = { client, upstream, isSilent: false }
    pairs.add(pair)
    const cut = () => {
      client.resetAndDestroy()
      upstream.destroy()
    }
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      one.on('error', () => {})
      one.on('close', () => {
        pairs.delete(pair)
        if (!pair.isSilent) other.destroy()
      })
    }
    let left = Infinity
    let end = () => {}
    if (proxy.hostile) {
      const isCut = below(2) === 0
      end = () => {
        if (!pairs.has(pair) || pair.isSilent) return
        proxy[isCut ? 'cut' : 'silenced']++
        if (isCut) cut()
        else pair.isSilent = true
      }
      // Some are cut by bytes, some by time, some live.
      if (below(3) === 0) left = below(BYTES_MAX)
      else if (below(5) > 0) setTimeout(end, below(LIFE_MS)).unref()
    }
    client.on('data', (chunk) => {
      const head = chunk.toString('latin1')
      if (head.startsWith('GET ') && head.includes('watch=true')) proxy.watches++
      if (pair.isSilent) return
      const refusal = proxy.hostile && head.startsWith('GET ') ? Object.keys(REFUSALS)[below(12)] : undefined
      if (refusal === undefined || (refusal === '410' && !head.includes('watch=true'))) upstream.write(chunk)
      else {
        proxy.refused++
        client.end(refuse(Number(refusal)))
      }
    })
    upstream.on('data', (chunk) => {
      if (pair.isSilent) return
      client.write(chunk.subarray(0, left))
      left -= chunk.length
      if (left <= 0) end()
    })
    client.on('end', () => !pair.isSilent && upstream.end())
    upstream.on('end', () => !pair.isSilent && client.end())
  })
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve))
  proxy.url = `http://127.0.0.1:${listener.address().port}`
  return proxy

  async function stop() {
    for (const { client, upstream } of pairs) {
      client.destroy()
      upstream.destroy()
    }
    await new Promise((resolve) => listener.close(resolve))
  }
}

function refuse(code) {
  const [text, reason, headers] = REFUSALS[code]
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: text, reason, code })
  return `HTTP/1.1 ${code} ${text}\r\nContent-Type: application/json\r\n${headers}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
