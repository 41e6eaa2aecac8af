import { describe, expect, test } from '@jest/globals'
import { builtinControllerNames } from './builtin-controllers.ts'
import { chosenNames, unknownControllers } from './controller-names.ts'

const names = builtinControllerNames()
const chosen = (...words: string[]): string[] => [...chosenNames(names, words)]

describe('chosenNames()', () => {
  test('are all that are on by default where there is a star', () => {
    const off = ['bootstrap-signer-controller', 'token-cleaner-controller', 'volumeattributesclass-protection-controller']
    expect(chosen('*')).toEqual(names.filter((name) => !off.includes(name)))
    expect(chosen('*', 'tokencleaner', 'bootstrap-signer-controller', 'volumeattributesclass-protection-controller')).toEqual(names)
    expect(chosen()).toEqual([])
  })

  test('are named as we and as kube-controller-manager name them', () => {
    expect(chosen('job-controller')).toEqual(['job', 'job-orphan-pods'])
    expect(chosen('csrsigning', 'namespace')).toEqual(['namespace', 'certificatesigningrequest-signing'])
    expect(chosen('*', '-job-controller')).not.toContain('job')
    expect(chosen('*', '-podgc')).not.toContain('pod-garbage-collector')
  })

  test('follow the first word about a controller', () => {
    expect(chosen('job', '-job-controller')).toEqual(['job'])
    expect(chosen('-job', 'job-controller')).toEqual(['job-orphan-pods'])
  })
})

describe('unknownControllers()', () => {
  test('are those that nobody knows, and those of upstream that cannot be run yet', () => {
    const words = [
      '*',
      'job',
      '-csrcleaner',
      '-deployment-controller',
      '-attachdetach',
      'deployment-controller',
      'ttl',
      '-nope',
      'nope',
      'constructor',
    ]
    expect(unknownControllers(names, words)).toEqual(['deployment-controller', 'ttl', '-nope', 'nope', 'constructor'])
  })

  test('every name of upstream stands for controllers that there are', () => {
    for (const word of ['csrapproving', 'garbagecollector', 'nodelifecycle', 'root-ca-cert-publisher', 'ttl-after-finished-controller'])
      expect(chosen(word)).not.toEqual([])
  })
})
