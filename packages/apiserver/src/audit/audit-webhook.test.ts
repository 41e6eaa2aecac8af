import { beforeEach, describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { AuditWebhook, type AuditWebhookOptions } from './audit-webhook.ts'

const line = (id: number): string => `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"${id}"}`

let clock: VirtualClock
/** The events of each request that came, by their ids. */
let requests: number[][]
let times: number[]
let errors: [message: string, waiting: number, lost: number][]
/** Codes of the next answers; then 200. `hang`: none comes. */
let answers: (number | 'hang')[]

beforeEach(() => {
  clock = new VirtualClock()
  requests = []
  times = []
  errors = []
  answers = []
})

function open(more: Partial<AuditWebhookOptions> = {}): AuditWebhook {
  return new AuditWebhook({
    clock,
    random: seededRandom(1),
    onError: ({ message }, waiting, lost) => errors.push([message, waiting, lost]),
    transport: (body, signal) => {
      const list = JSON.parse(body) as { items: { auditID: string }[] }
      requests.push(list.items.map(({ auditID }) => Number(auditID)))
      times.push(clock.monotonicMs())
      const code = answers.shift() ?? 200
      if (code !== 'hang') return Promise.resolve({ code, body: '' })
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    },
    ...more,
  })
}

function write(webhook: AuditWebhook, count: number, from = 0): void {
  for (let id = from; id < from + count; id++) webhook.write(line(id))
}

const sizes = (): number[] => requests.map((ids) => ids.length)

describe('AuditWebhook', () => {
  test('sends one list when its first event has waited for others', async () => {
    let sent = ''
    const webhook = open({ transport: (body) => Promise.resolve({ code: 200, body: (sent = body) }) })
    write(webhook, 1)
    await clock.advance(29_999)
    write(webhook, 1, 1)
    expect(sent).toBe('')
    await clock.advance(1)
    expect(sent).toBe('{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[{"auditID":"0"},{"auditID":"1"}]}')
  })

  test('sends a full batch at once, in the order in which events came', async () => {
    const webhook = open()
    write(webhook, 950)
    await clock.advance(0)
    expect(sizes()).toEqual([400, 400])
    await clock.advance(30_000)
    expect(requests.flat()).toEqual(Array.from({ length: 950 }, (_, id) => id))
  })

  test('sends no faster than the rate allows', async () => {
    const webhook = open({ batchMax: 1 })
    write(webhook, 20)
    await clock.advance(0)
    expect(sizes()).toHaveLength(15)
    await clock.advance(100)
    expect(sizes()).toHaveLength(16)
    await clock.advance(400)
    expect(sizes()).toHaveLength(20)
    requests = []
    const unlimited = open({ batchMax: 1, rate: undefined })
    write(unlimited, 20)
    await clock.advance(0)
    expect(sizes()).toHaveLength(20)
  })

  test('gives up what comes while its buffer is full, and tells of it', async () => {
    answers = Array.from({ length: 15 }, () => 'hang')
    const webhook = open({ batchMax: 1, bufferMax: 5 })
    write(webhook, 22)
    await clock.advance(1000)
    expect(errors).toEqual([['audit buffer queue blocked', 5, 2]])
  })

  test('tells what it gave up when it is closed, and nothing later', async () => {
    const webhook = open({ bufferMax: 5 })
    write(webhook, 8)
    await webhook.close()
    expect([requests, errors]).toEqual([[[0, 1, 2, 3, 4]], [['audit buffer queue blocked', 0, 3]]])
    expect(clock.pendingTimers).toBe(0)
  })

  test('tries a request again that failed in whatever way, ever later, five times in all', async () => {
    answers = [500, 400, 'hang', 503, 302]
    const webhook = open({ batchMax: 1 })
    write(webhook, 1)
    await clock.advance(200_000)
    expect(requests).toEqual([[0], [0], [0], [0], [0]])
    const waits = times.slice(1).map((at, index) => at - times[index]!)
    for (const [at, [from, to]] of [
      [10_000, 12_000],
      [15_000, 18_000],
      [52_500, 57_000],
      [33_750, 40_500],
    ].entries()) {
      expect(waits[at]).toBeGreaterThanOrEqual(from!)
      expect(waits[at]).toBeLessThanOrEqual(to!)
    }
    expect(errors).toEqual([['the webhook answered 302', 0, 1]])
    answers = [500]
    write(webhook, 1, 1)
    await clock.advance(20_000)
    expect(errors).toHaveLength(1)
  })

  test('sends what waits when it is closed, without waiting for a webhook that does not answer', async () => {
    const webhook = open()
    write(webhook, 3)
    await webhook.close()
    expect(requests).toEqual([[0, 1, 2]])
    answers = ['hang']
    const slow = open()
    write(slow, 1)
    let isClosed = false
    void slow.close().then(() => (isClosed = true))
    await clock.advance(4999)
    expect(isClosed).toBe(false)
    await clock.advance(1)
    expect(isClosed).toBe(true)
    expect(errors).toEqual([['the server stops', 0, 1]])
  })
})
