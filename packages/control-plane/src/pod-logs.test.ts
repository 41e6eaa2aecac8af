import { get } from 'node:https'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import { Pod as PodKind } from '@kubetape/api/kinds'
import { ControlPlane } from './control-plane.ts'

test('logs of simulated containers are followed over HTTP until they end', async () => {
  const plane = await ControlPlane.start({ port: 0, nodes: 1 })
  try {
    const client = plane.client()
    const annotations = { 'sim.kubetape.dev/run-ms': '1500' }
    const spec = { restartPolicy: 'Never' as const, containers: [{ name: 'c', image: 'i' }] }
    await client.create(PodKind, { metadata: { namespace: 'default', name: 'p', annotations }, spec })
    let answer = await log(plane)
    // Its container waits to be started at first, and its Pod to be placed.
    while (answer.body === '' || answer.code === 400) answer = await log(plane)
    expect(answer).toEqual({
      code: 200,
      type: 'text/plain',
      body: `${['started by a simulated node: nothing is executed', 'ended by a simulated node with exit code 0']
        .map((what) => `Container "c" was ${what}\n`)
        .join('')}`,
    })
  } finally {
    await plane.stop()
  }
})

function log({ url, access }: ControlPlane): Promise<{ code: number | undefined; type: string | undefined; body: string }> {
  const headers = { authorization: `Bearer ${access.adminToken}` }
  return new Promise((resolve, reject) => {
    get(`${url}/api/v1/namespaces/default/pods/p/log?follow=true`, { ca: access.ca, headers }, (response) => {
      text(response).then((body) => resolve({ code: response.statusCode, type: response.headers['content-type'], body }), reject)
    }).on('error', reject)
  })
}
