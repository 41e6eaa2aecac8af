import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { TLS } from './testing/played-certificate.ts'
import { json, PlayedServer } from './testing/played-server.ts'

const ITEM = { metadata: { name: 'a', resourceVersion: '1' }, data: { text: 'x'.repeat(500) } }
const LIST = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [ITEM] }

test('HttpClient keeps neither what a list brought nor who watched when their connections stay open', async () => {
  const server = await PlayedServer.start((response, request) => {
    if (!request.path.includes('watch=true')) {
      json(200, LIST)(response, request)
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(`${JSON.stringify({ type: 'ADDED', object: ITEM })}\n`)
  }, TLS)
  try {
    const script = fileURLToPath(new URL('./testing/held-objects.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...process.execArgv.filter((flag) => flag.startsWith('--disable')),
      '--expose-gc',
      '--conditions=@kubetape/source',
      script,
      server.url,
      TLS.ca,
    ])
    expect(JSON.parse(stdout)).toEqual([])
    // The second and the third list came over one connection, which lived while the objects were looked for.
    const connections = server.requests.map(({ connection }) => connection)
    expect(connections[3]).toBe(connections[2])
  } finally {
    await server.close()
  }
}, 60_000)
