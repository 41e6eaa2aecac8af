import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { AppArmorProfile, Pod } from '@kubetape/api/types/core/v1'
import { syncAppArmor, validateAppArmorAgreement } from './app-armor.ts'
import { podWith, texts } from './testing/pod-fixture.ts'

/** A new Pod as `syncAppArmor()` leaves it. */
function created(change: (pod: Pod) => void): { pod: Pod; warnings: string[] } {
  const warnings: string[] = []
  const pod = podWith(change)
  syncAppArmor(pod, (text) => warnings.push(text))
  return { pod, warnings }
}

describe('syncAppArmor()', () => {
  const KEY = 'container.apparmor.security.beta.kubernetes.io/'
  const WARNING = (name: string): string =>
    `metadata.annotations[${KEY}${name}]: deprecated since v1.30; use the "appArmorProfile" field instead`
  const sync = (
    ofPod: AppArmorProfile | undefined,
    ofMain: AppArmorProfile | undefined,
    annotations: Record<string, string> = {},
  ): { annotations: unknown; profile: unknown; warnings: string[] } => {
    const { pod, warnings } = created(({ metadata, spec }) => {
      metadata.annotations = Object.fromEntries(Object.entries(annotations).map(([name, profile]) => [KEY + name, profile]))
      spec.initContainers = [{ name: 'init', image: 'x:1' }]
      if (ofPod) spec.securityContext = { appArmorProfile: ofPod }
      if (ofMain) spec.containers[0]!.securityContext = { appArmorProfile: ofMain }
    })
    const short = Object.fromEntries(
      Object.entries(pod.metadata.annotations ?? {}).map(([key, profile]) => [key.replace(KEY, ''), profile]),
    )
    return { annotations: short, profile: pod.spec.containers[0]!.securityContext?.appArmorProfile, warnings }
  }

  test('writes fields as annotations of every container', () => {
    expect(sync({ type: 'RuntimeDefault' }, { type: 'Localhost', localhostProfile: 'p' })).toMatchObject({
      annotations: { init: 'runtime/default', main: 'localhost/p' },
      warnings: [],
    })
  })

  test('writes annotations as fields and warns', () => {
    expect(sync(undefined, undefined, { main: 'localhost/p' })).toEqual({
      annotations: { main: 'localhost/p' },
      profile: { type: 'Localhost', localhostProfile: 'p' },
      warnings: [WARNING('main')],
    })
  })

  test('writes no field where the Pod says the same', () => {
    expect(sync({ type: 'Unconfined' }, undefined, { main: 'unconfined' })).toEqual({
      annotations: { init: 'unconfined', main: 'unconfined' },
      profile: undefined,
      warnings: [],
    })
  })

  test('warns of an annotation that means nothing', () => {
    expect(sync(undefined, undefined, { main: 'localhost/' })).toEqual({
      annotations: { main: 'localhost/' },
      profile: undefined,
      warnings: [WARNING('main')],
    })
  })

  test('does nothing on Windows', () => {
    expect(
      created(({ spec }) =>
        Object.assign(spec, { os: { name: 'windows' }, securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }),
      ).pod.metadata,
    ).not.toHaveProperty('annotations')
  })

  test('leaves a contradiction for `validateAppArmorAgreement()` to refuse', () => {
    const { pod } = created(({ metadata, spec }) => {
      metadata.annotations = { [`${KEY}main`]: 'unconfined' }
      spec.containers[0]!.securityContext = { appArmorProfile: { type: 'RuntimeDefault' } }
    })
    expect(texts(validateAppArmorAgreement(pod.metadata, pod.spec, FieldPath.of('spec')))).toEqual([
      'spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match',
    ])
  })
})
