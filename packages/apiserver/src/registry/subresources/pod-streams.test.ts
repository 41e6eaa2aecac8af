import { expect, test } from '@jest/globals'
import { TestServer } from '../../testing/test-server.ts'

test('podStream() says that simulated nodes execute nothing, of a container that is there', async () => {
  const kubelets = {
    has: (node: string) => node === 'simulated',
    containerLog: () => ({ containerId: '', lines: [], isOver: true }),
  }
  const server = await TestServer.start({ kubelets })
  const spec = { containers: [{ name: 'c', image: 'i' }] }
  await server.create('pods', { metadata: { name: 'p' }, spec: { ...spec, nodeName: 'simulated' } })
  await server.create('pods', { metadata: { name: 'free' }, spec })
  const ask = async (target: string, query: Record<string, string> = {}): Promise<[number, unknown]> => {
    const { code, body } = await server.send('get', `pods/${target}`, undefined, {}, { query })
    return [code, body.message]
  }
  const why = 'node "simulated" is simulated and executes nothing'
  expect(await ask('p/exec')).toEqual([501, `Cannot exec into pod "p": ${why}`])
  expect(await ask('p/attach', { container: 'c' })).toEqual([501, `Cannot attach to pod "p": ${why}`])
  expect(await ask('p/portforward')).toEqual([501, `Cannot forward ports to pod "p": ${why}`])
  expect(await ask('p/exec', { container: 'x' })).toEqual([400, 'container x is not valid for pod p'])
  expect(await ask('free/exec')).toEqual([400, 'pod free does not have a host assigned'])
})
