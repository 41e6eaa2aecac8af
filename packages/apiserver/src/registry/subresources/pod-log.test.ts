import { beforeEach, describe, expect, test } from '@jest/globals'
import { badRequest } from '@kubetape/apimachinery'
import type { TestAnswer } from '../../testing/test-server.ts'
import { TestServer } from '../../testing/test-server.ts'
import type { ContainerLog, Kubelets } from './kubelets.ts'

const START_MS = Date.UTC(2024, 0, 1)
const line = (seconds: number, text: string) => ({ timeMs: START_MS + seconds * 1000, text })

/** A node whose containers have the logs that are put here, by run. */
class FakeKubelets implements Kubelets {
  current: ContainerLog | undefined = { containerId: 'run-1', lines: [line(0, 'a'), line(1, 'bé'), line(2, 'c')], isOver: false }
  before: ContainerLog | undefined
  readonly asked: string[] = []

  has = (node: string): boolean => node === 'simulated'
  containerLog(_: unknown, container: string, previous: boolean): ContainerLog {
    this.asked.push(container)
    const log = previous ? this.before : this.current
    if (log === undefined) throw badRequest('the kubelet has no log')
    return log
  }
}

let server: TestServer
let kubelets: FakeKubelets
const log = (query: Record<string, string> = {}, pod = 'p'): Promise<TestAnswer> =>
  server.send('get', `pods/${pod}/log`, undefined, {}, { query })
const podOn = (name: string, nodeName: string, more: object = {}): Promise<TestAnswer> =>
  server.create('pods', { metadata: { name }, spec: { nodeName, containers: [{ name: 'c', image: 'i' }], ...more } })
/** Lets everybody who watches the Pod hear of a change. */
const touch = async (): Promise<unknown> => server.patch('pods/p', 'merge', { metadata: { labels: { touched: String(++touches) } } })
let touches = 0

beforeEach(async () => {
  kubelets = new FakeKubelets()
  server = await TestServer.start({ kubelets })
  await podOn('p', 'simulated')
})

describe('podLog()', () => {
  test('answers the lines that are asked for', async () => {
    const texts: [Record<string, string>, string][] = [
      [{}, 'a\nbé\nc\n'],
      [{ tailLines: '2' }, 'bé\nc\n'],
      [{ tailLines: '0' }, ''],
      [{ tailLines: '7' }, 'a\nbé\nc\n'],
      [{ limitBytes: '3' }, 'a\nb'],
      [{ sinceTime: '2024-01-01T00:00:01Z' }, 'bé\nc\n'],
      [{ tailLines: '1', timestamps: 'true' }, '2024-01-01T00:00:02.000000000Z c\n'],
    ]
    for (const [query, text] of texts) expect((await log(query)).log).toEqual({ text, follow: undefined })
  })

  test('counts sinceSeconds back from now', async () => {
    const now = server.clock.wallMs()
    kubelets.current = { containerId: 'r', isOver: true, lines: [-20, -5].map((s) => ({ timeMs: now + s * 1000, text: `${s}` })) }
    expect((await log({ sinceSeconds: '10' })).log?.text).toBe('-5\n')
  })

  test('refuses options with the words of upstream', async () => {
    const refused: [Record<string, string>, number, string][] = [
      [{ tailLines: '-1' }, 422, 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
      [{ limitBytes: '0' }, 422, 'limitBytes: Invalid value: 0: must be greater than 0'],
      [{ tailLines: 'x' }, 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
      [{ tailLines: '' }, 400, 'strconv.ParseInt: parsing "": invalid syntax'],
      [{ limitBytes: '9223372036854775808' }, 400, 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
      [{ sinceTime: 'x' }, 400, 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
      [{ container: 'x' }, 400, 'container x is not valid for pod p'],
    ]
    for (const [query, code, message] of refused)
      expect(await log(query)).toMatchObject({ code, body: { message: expect.stringContaining(message) } })
  })

  test('takes the only container beside init containers, and asks for a name among several', async () => {
    const init = { name: 'i', image: 'i' }
    await podOn('one', 'simulated', { initContainers: [init] })
    expect((await log({}, 'one')).code).toBe(200)
    expect(kubelets.asked).toEqual(['c'])
    const containers = ['a', 'b'].map((name) => ({ name, image: 'i' }))
    await podOn('two', 'simulated', { initContainers: [init], containers })
    expect((await log({}, 'two')).body.message).toBe('a container name must be specified for pod two, choose one of: [i a b]')
    expect((await log({ container: 'i' }, 'two')).code).toBe(200)
  })

  test('has nothing of a Pod without a node, and says why another node is not asked', async () => {
    await server.create('pods', { metadata: { name: 'free' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
    expect(await log({}, 'free')).toMatchObject({ code: 204 })
    await podOn('lost', 'gone')
    expect(await log({}, 'lost')).toMatchObject({ code: 404, body: { message: 'nodes "gone" not found' } })
    await server.create('nodes', { metadata: { name: 'other' } })
    await podOn('far', 'other')
    expect(await log({}, 'far')).toMatchObject({ code: 500, body: { message: 'no preferred addresses found; known addresses: []' } })
    await server.patch('nodes/other/status', 'merge', { status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] } })
    expect(await log({}, 'far')).toMatchObject({ code: 501, body: { message: expect.stringContaining('node "other" is none of those') } })
  })

  test('passes on what the kubelet refuses', async () => {
    expect(await log({ previous: 'true' })).toMatchObject({ code: 400, body: { message: 'the kubelet has no log' } })
  })
})

describe('a log that is followed', () => {
  async function follow(query: Record<string, string> = {}): Promise<{ texts: string[]; stop: () => void }> {
    const stream = (await log({ follow: 'true', ...query })).log!
    const texts = [stream.text]
    const stop = stream.follow!({ write: (text) => texts.push(text), end: () => texts.push('END') })
    return { texts, stop }
  }

  test('goes on with the lines that come, to the end of its container', async () => {
    const { texts } = await follow({ tailLines: '1' })
    await touch()
    expect(texts).toEqual(['c\n'])
    kubelets.current = { ...kubelets.current!, lines: [...kubelets.current!.lines, line(3, 'd')], isOver: true }
    await touch()
    await touch()
    expect(texts).toEqual(['c\n', 'd\n', 'END'])
  })

  test('stays with its run when the container is started again', async () => {
    const { texts } = await follow({ tailLines: '0' })
    kubelets.before = { ...kubelets.current!, lines: [...kubelets.current!.lines, line(3, 'last')], isOver: true }
    kubelets.current = { containerId: 'run-2', lines: [line(4, 'new')], isOver: false }
    await touch()
    expect(texts).toEqual(['', 'last\n', 'END'])
  })

  test('tells what came before it was listened to', async () => {
    const stream = (await log({ follow: 'true', tailLines: '0' })).log!
    kubelets.current = { ...kubelets.current!, lines: [...kubelets.current!.lines, line(3, 'd')], isOver: true }
    const texts: string[] = []
    stream.follow!({ write: (text) => texts.push(text), end: () => texts.push('END') })
    expect(texts).toEqual(['d\n', 'END'])
  })

  test('ends with its Pod, at its limit, and when nobody listens', async () => {
    const limited = await follow({ limitBytes: '9' })
    const left = await follow()
    const whole = await follow()
    left.stop()
    kubelets.current = { ...kubelets.current!, lines: [...kubelets.current!.lines, line(3, 'd'), line(4, 'e')] }
    await touch()
    expect(limited.texts).toEqual(['a\nbé\nc\n', 'd', 'END'])
    expect(left.texts).toHaveLength(1)
    await server.delete('pods/p', { gracePeriodSeconds: 0 })
    expect(whole.texts).toEqual(['a\nbé\nc\n', 'd\ne\n', 'END'])
  })

  test('is at its end at once when the container is', async () => {
    kubelets.current = { ...kubelets.current!, isOver: true }
    expect((await log({ follow: 'true' })).log!.follow).toBeUndefined()
  })
})
