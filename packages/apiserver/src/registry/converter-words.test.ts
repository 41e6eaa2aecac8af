import { describe, expect, test } from '@jest/globals'
import { converterWords } from './converter-words.ts'

describe('converterWords()', () => {
  const field = 'json: cannot unmarshal'
  test.each([
    [`${field} string into Go struct field PodSpec.spec.containers of type []v1.Container`, 'cannot restore slice from string'],
    [`${field} array into Go struct field ConfigMap.data of type map[string]string`, 'cannot restore map from slice'],
    [`${field} string into Go struct field Pod.spec of type v1.PodSpec`, 'cannot restore struct from: string'],
    [`${field} string into Go struct field JobSpec.spec.parallelism of type int32`, 'cannot convert string to int32'],
    [`${field} number 1.5 into Go struct field JobSpec.spec.suspend of type bool`, 'cannot convert float64 to bool'],
    ['another text', 'another text'],
  ])('says of %j: %j', (detail, words) => {
    expect(converterWords(detail)).toBe(words)
  })
})
