import { afterEach, describe, expect, test } from '@jest/globals'
import type { Secret } from '@kubetape/api/types/core/v1'
import { ConfigMap as ConfigMapKind, Secret as SecretKind } from '@kubetape/api/kinds'
import { BOOTSTRAP_TOKEN_TYPE, formatTime } from '@kubetape/apimachinery'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { bootstrapSignerController } from './bootstrap-signer-controller.ts'
import { tokenCleanerController } from './token-cleaner-controller.ts'

const HOUR_MS = 3_600_000

function tokenSecret(id: string, data: Record<string, string> = {}, type = BOOTSTRAP_TOKEN_TYPE, namespace = 'kube-system'): Secret {
  const whole = { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true', ...data }
  return {
    metadata: { name: `bootstrap-token-${id}`, namespace },
    type,
    data: Object.fromEntries(Object.entries(whole).map(([name, text]) => [name, btoa(text)])),
  }
}

let running: RunningControllers | undefined
afterEach(async () => {
  const stopping = running?.manager.stop()
  await running?.clock.advance(0)
  await stopping
  running = undefined
})

describe('tokenCleanerController()', () => {
  test('deletes tokens when they have expired, and no others', async () => {
    running = await runControllers([tokenCleanerController()])
    const { cluster, clock } = running
    const soon = { expiration: formatTime(clock.wallMs() + HOUR_MS) }
    await cluster.create(SecretKind, tokenSecret('aaaaaa', soon))
    await cluster.create(SecretKind, tokenSecret('bbbbbb', { expiration: '2000-01-01T00:00:00Z' }))
    await cluster.create(SecretKind, tokenSecret('cccccc'))
    await cluster.create(SecretKind, tokenSecret('dddddd', soon, 'Opaque'))
    await cluster.create(SecretKind, tokenSecret('eeeeee', soon, BOOTSTRAP_TOKEN_TYPE, 'default'))
    const names = async (): Promise<string[]> =>
      (await cluster.list(SecretKind)).items.map(({ metadata }) => metadata.name!.slice('bootstrap-token-'.length)).sort()
    await clock.advance(1000)
    expect(await names()).toEqual(['aaaaaa', 'cccccc', 'dddddd', 'eeeeee'])
    await clock.advance(HOUR_MS)
    expect(await names()).toEqual(['cccccc', 'dddddd', 'eeeeee'])
  })
})

describe('bootstrapSignerController()', () => {
  test('signs the kubeconfig with the tokens that there are, as long as they are', async () => {
    const sign = (content: string, { id, secret }: { id: string; secret: string }): string => `${content} by ${id} with ${secret}`
    running = await runControllers([bootstrapSignerController({ sign })])
    const { cluster, clock } = running
    const target = { namespace: 'kube-public', name: 'cluster-info' }
    const data = async (): Promise<unknown> => (await cluster.get(ConfigMapKind, target)).data
    await cluster.create(SecretKind, tokenSecret('aaaaaa', { expiration: formatTime(clock.wallMs() + HOUR_MS) }))
    await cluster.create(SecretKind, tokenSecret('bbbbbb', { 'usage-bootstrap-signing': 'false' }))
    await cluster.create(SecretKind, tokenSecret('cccccc', { 'token-secret': 'short' }))
    await cluster.create(ConfigMapKind, { metadata: target, data: { kubeconfig: 'K', 'jws-kubeconfig-old': 'x', other: 'y' } })
    await clock.advance(1000)
    expect(await data()).toEqual({ kubeconfig: 'K', other: 'y', 'jws-kubeconfig-aaaaaa': 'K by aaaaaa with 0123456789abcdef' })
    await clock.advance(HOUR_MS)
    expect(await data()).toEqual({ kubeconfig: 'K', other: 'y' })
    await cluster.create(SecretKind, tokenSecret('dddddd'))
    await clock.advance(1000)
    expect(await data()).toMatchObject({ 'jws-kubeconfig-dddddd': 'K by dddddd with 0123456789abcdef' })
  })

  test('signs nothing where there is nothing to sign', async () => {
    running = await runControllers([bootstrapSignerController({ sign: () => 'S' })])
    await running.cluster.create(SecretKind, tokenSecret('aaaaaa'))
    await running.cluster.create(ConfigMapKind, { metadata: { namespace: 'kube-public', name: 'cluster-info' }, data: { other: 'y' } })
    await running.clock.advance(1000)
    expect(running.cluster.writes).toEqual(['create secrets/bootstrap-token-aaaaaa', 'create configmaps/cluster-info'])
  })
})
