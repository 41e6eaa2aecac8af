import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jestCounts, nodeTestCounts, nxCounts, skipReasons, summaryCounts } from './counts.mjs'

test('jestCounts() adds up the runs of many packages', () => {
  const output = 'Tests:       13 passed, 13 total\nfoo\nTests:       2 failed, 41 passed, 43 total\n'
  assert.deepEqual(jestCounts({ status: 1, output }), { passed: 54, failed: 2 })
})

test('jestCounts() counts a suite that did not start, and a crash without any line', () => {
  assert.deepEqual(jestCounts({ status: 1, output: '  ● Test suite failed to run\nTests:       0 total\n' }), { passed: 0, failed: 1 })
  assert.deepEqual(jestCounts({ status: null, output: '' }), { passed: 0, failed: 1 })
})

test('nodeTestCounts() reads the summary and the reasons of skipped tests', () => {
  const output = '✔ a (1ms)\n﹣ fills a small disk (0.3ms) # needs root\nℹ tests 3\nℹ pass 1\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\n'
  assert.deepEqual(nodeTestCounts({ status: 1, output }), { passed: 1, failed: 1, skipped: ['fills a small disk: needs root'] })
})

test('nxCounts() counts projects, and each failed project once', () => {
  const output = ' NX   Running target lint for 20 projects:\n\nFailed tasks:\n\n- @kubetape/cli:lint\n- @kubetape/node:lint\n\nHint:'
  assert.deepEqual(nxCounts({ status: 1, output }), { passed: 18, failed: 2 })
})

test('summaryCounts() takes the last line of its kind, and never calls a failure a success', () => {
  assert.deepEqual(summaryCounts({ status: 0, output: '1 passed, 9 failed\nok x\n5 passed, 0 failed\n' }), { passed: 5, failed: 0 })
  assert.deepEqual(summaryCounts({ status: 1, output: 'stopped early' }), { passed: 0, failed: 1 })
})

test('skipReasons() answers each reason once', () => {
  assert.deepEqual(skipReasons('skipped: no kubectl\n  skipped: no kubectl\nskipped: not root\n'), ['no kubectl', 'not root'])
})
