import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { NO_REMARKS } from '../authenticator.ts'
import type { ReviewAnswer } from './review-transport.ts'
import { webhookTokens, type WebhookTokensOptions } from './webhook-tokens.ts'

const status = (fields: object): ReviewAnswer => ({ code: 201, body: JSON.stringify({ status: fields }) })
const JANE = { authenticated: true, user: { username: 'jane', uid: '4', groups: ['dev'], extra: { a: ['b'] } } }

/** A webhook that gives these answers in turn, the last one again and again. */
function webhook(answers: readonly (ReviewAnswer | Error)[], options: Partial<WebhookTokensOptions> = {}) {
  const clock = new VirtualClock()
  const sent: { apiVersion: string; spec: { token: string; audiences: string[] } }[] = []
  const transport = (body: string): Promise<ReviewAnswer> => {
    sent.push(JSON.parse(body) as (typeof sent)[number])
    const answer = answers[Math.min(sent.length, answers.length) - 1]!
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  const authenticator = webhookTokens({ transport, ...options }, { clock, apiAudiences: ['api'] })
  const ask = async (token = 't', audiences = ['api']): Promise<unknown> => {
    let done = false
    const mark = (): void => void (done = true)
    const asking = Promise.resolve(authenticator.authenticate(token, audiences, NO_REMARKS))
    asking.then(mark, mark)
    await clock.advanceUntil(() => done)
    return asking
  }
  return { ask, sent, clock }
}

describe('webhookTokens()', () => {
  test('asks whose a token is, and remembers it for a while', async () => {
    const { ask, sent, clock } = webhook([status(JANE)])
    const jane = { user: { name: 'jane', uid: '4', groups: ['dev'], extra: { a: ['b'] } }, audiences: ['api'] }
    expect(await ask()).toEqual(jane)
    expect(await ask()).toEqual(jane)
    expect(sent).toMatchObject([{ apiVersion: 'authentication.k8s.io/v1beta1', spec: { token: 't', audiences: ['api'] } }])
    await ask('other')
    await clock.advance(120_000)
    await ask()
    expect(sent).toHaveLength(3)
  })

  test('leaves tokens to others that it does not know, and tells what it has against one', async () => {
    expect(await webhook([status({ authenticated: false })]).ask()).toBeUndefined()
    const { ask, sent } = webhook([status({ error: 'too old' })])
    await expect(ask()).rejects.toThrow('too old')
    await expect(ask()).rejects.toThrow('too old')
    expect(sent).toHaveLength(2)
  })

  test('speaks for the audiences that it names, or for ours', async () => {
    expect(await webhook([status({ ...JANE, audiences: ['vault'] })]).ask('t', ['api'])).toBeUndefined()
    expect(await webhook([status({ ...JANE, audiences: ['vault'] })]).ask('t', ['vault', 'api'])).toMatchObject({ audiences: ['vault'] })
    expect(await webhook([status(JANE)]).ask('t', ['vault'])).toBeUndefined()
  })

  test('tries again, and refuses when nothing comes back', async () => {
    const flaky = webhook([new Error('reset'), { code: 503, body: '' }, status(JANE)])
    expect(await flaky.ask()).toBeDefined()
    expect(flaky.sent).toHaveLength(3)
    const dead = webhook([new Error('connection refused')])
    await expect(dead.ask()).rejects.toThrow('connection refused')
    expect(dead.sent).toHaveLength(5)
    await expect(webhook([{ code: 400, body: '' }]).ask()).rejects.toThrow('webhook answered with status 400')
  })
})
