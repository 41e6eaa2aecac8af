import { describe, expect, test } from '@jest/globals'
import type { ServiceAccount } from '@kubetape/api/types/core/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { serviceAccountStrategy } from './service-account-strategy.ts'

const runner = new StrategyRunner<ServiceAccount>({ group: '', version: 'v1', kind: 'ServiceAccount' }, serviceAccountStrategy)

describe('serviceAccountStrategy', () => {
  test('refers to secrets by name alone, on update too', () => {
    const { object, errors } = runner.create({
      metadata: { name: 'sa' },
      secrets: [{ name: 's', kind: 'Secret', uid: 'u' }],
      imagePullSecrets: [{ name: 'p' }],
    })
    expect(errors).toEqual([])
    expect(object).toMatchObject({ secrets: [{ name: 's' }], imagePullSecrets: [{ name: 'p' }] })
    expect(object.secrets?.[0]).toEqual({ name: 's' })
    expect(runner.update(object, (account) => (account.secrets = [{ name: 't', namespace: 'x' }])).object.secrets).toEqual([{ name: 't' }])
  })

  test('counts secrets in its row', () => {
    const now = Date.parse('2026-01-01T00:01:00Z')
    expect(serviceAccountStrategy.tableRow?.(runner.create({ metadata: { name: 'sa' } }).object, now)).toEqual(['sa', 0, '60s'])
    expect(serviceAccountStrategy.tableRow?.(runner.create({ metadata: { name: 'sa' }, secrets: [{ name: 's' }] }).object, now)[1]).toBe(1)
  })
})
