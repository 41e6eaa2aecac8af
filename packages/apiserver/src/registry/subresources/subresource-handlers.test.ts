import { describe, expect, test } from '@jest/globals'
import { allResources } from '@kubetape/api'
import { subresourceHandlers } from './subresource-handlers.ts'

describe('subresourceHandlers', () => {
  test('answer every kind that is a question and no object', () => {
    const questions = allResources().filter(({ verbs }) => !verbs.includes('list'))
    expect(questions.length).toBeGreaterThan(0)
    expect(questions.filter(({ group, resource }) => !subresourceHandlers.has(`${group}/${resource}/`))).toEqual([])
  })
})
