import { describe, expect, test } from '@jest/globals'
import { defaultPullPolicy, imageTag } from './image-name.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('image names', () => {
  test.each([
    ['app', 'latest'],
    ['app:latest', 'latest'],
    ['app:1', '1'],
    ['host:5000/app', 'latest'],
    ['host:5000/app:v2', 'v2'],
    ['a/b/c:v1.2', 'v1.2'],
    [`app@${DIGEST}`, ''],
    [`app:1@${DIGEST}`, '1'],
    ['UPPER', ''],
    ['bad image', ''],
    ['', ''],
  ])('`imageTag()` of "%s" is "%s"', (image, tag) => {
    expect(imageTag(image)).toBe(tag)
  })

  test('`defaultPullPolicy()` is Always for the tag latest only', () => {
    expect(defaultPullPolicy('app')).toBe('Always')
    expect(defaultPullPolicy('app:1')).toBe('IfNotPresent')
    expect(defaultPullPolicy('UPPER')).toBe('IfNotPresent')
  })
})
