import { describe, expect, test } from '@jest/globals'
import { CelAuthorizer, type AuthorizerAnswer } from '@kubetape/cel'
import { MatchConditions } from './match-conditions.ts'

const variables = { object: { metadata: { name: 'a' } }, oldObject: null, request: { operation: 'CREATE' } }
const one = (expression: string, name = expression): { name: string; expression: string } => ({ name, expression })

describe('MatchConditions.match()', () => {
  test('matches when all conditions are true, and when there are none', () => {
    expect(new MatchConditions([]).match(variables)).toEqual({ matches: true })
    expect(new MatchConditions([one('request.operation == "CREATE"'), one('oldObject == null')]).match(variables)).toEqual({
      matches: true,
    })
  })

  test('does not match when one is false, whatever the others say', () => {
    const conditions = new MatchConditions([one('object.none == 1'), one('false', 'never')])
    expect(conditions.match(variables)).toEqual({ matches: false, failedCondition: 'never' })
  })

  test('counts errors as the failure policy says', () => {
    const broken = [one('object.none == 1'), one('true')]
    expect(new MatchConditions(broken).match(variables)).toEqual({
      error: "expression 'object.none == 1' resulted in error: no such key: none",
    })
    expect(new MatchConditions(broken, { failurePolicy: 'Ignore' }).match(variables)).toEqual({ matches: false })
  })

  test('stops at the budget', () => {
    const list = { object: { list: Array.from({ length: 2000 }, (_, index) => index) } }
    const dear = Array.from({ length: 6 }, (_, index) =>
      one('object.list.exists(x, x < 0) || object.list.all(a, object.list.all(b, true))', `${index}`),
    )
    expect(new MatchConditions(dear).match(list)).toEqual({
      error: 'validation failed due to running out of cost budget, no further validation rules will be run',
    })
  })

  test('waits for an authorizer, and asks the same only once', async () => {
    let asked = 0
    const authorizer = new CelAuthorizer(() => {
      asked++
      return Promise.resolve<AuthorizerAnswer>({ allowed: true, reason: 'because' })
    })
    const check = 'authorizer.group("apps").resource("deployments").namespace("n").check("get")'
    const conditions = new MatchConditions([one(`${check}.allowed() && ${check}.reason() == "because"`), one('false || true')])
    const waiting = conditions.match({ ...variables, authorizer })
    expect(waiting).toBeInstanceOf(Promise)
    expect(await waiting).toEqual({ matches: true })
    expect(asked).toBe(1)
  })
})
