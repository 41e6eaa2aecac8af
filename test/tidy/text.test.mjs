import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MACHINE_PATH, REGISTRY, STATEMENT, SWITCHED_OFF, UNFINISHED } from './text.mjs'

/** Samples are put together from parts, so that the rules do not find them here. */
const matches = (pattern, ...parts) => new RegExp(pattern.source, pattern.flags.replace('g', '')).test(parts.join(''))

test('STATEMENT tells code in a comment from words', () => {
  for (const code of [
    'const a = foo(',
    'if (x > 1) {',
    'return foo(bar)',
    '} else {',
    'await client.list()',
    "import { a } from 'b'",
    'x.y = 3;',
    'throw new Error(text)',
  ]) {
    assert.ok(matches(STATEMENT, code), code)
  }
  for (const words of [
    'If the list is empty, nothing happens',
    'return early where nobody waits',
    'const is what upstream calls it',
    'for (historical) reasons: see KEP-1234',
    'e.g. `a = b`',
    'import order does not matter',
  ]) {
    assert.ok(!matches(STATEMENT, words), words)
  }
})

test('UNFINISHED finds marks and leaves words alone', () => {
  assert.ok(matches(UNFINISHED, '// TO', 'DO: later'))
  assert.ok(!matches(UNFINISHED, 'todos are listed elsewhere'))
})

test('MACHINE_PATH finds homes and work folders, not paths inside them', () => {
  assert.ok(matches(MACHINE_PATH, 'cd /', 'work/main'))
  assert.ok(matches(MACHINE_PATH, '"/', 'root/.kube/config"'))
  assert.ok(!matches(MACHINE_PATH, 'node_modules/work/x'))
  assert.ok(!matches(MACHINE_PATH, '/root'))
})

test('REGISTRY finds registries of packages, not of images', () => {
  assert.ok(matches(REGISTRY, '"resolved": "', 'https://example.com/x.tgz"'))
  assert.ok(matches(REGISTRY, 'registry', '=https://example.com'))
  assert.ok(!matches(REGISTRY, 'registry.k8s.io/pause:3.10'))
})

test('SWITCHED_OFF finds tests that do not run', () => {
  for (const word of ['skip', 'only', 'todo']) assert.ok(matches(SWITCHED_OFF, 'test.', word, "('x', () => {})"), word)
  assert.ok(matches(SWITCHED_OFF, '  x', "it('x')"))
  assert.ok(!matches(SWITCHED_OFF, "context.skip('no kubectl')"))
  assert.ok(!matches(SWITCHED_OFF, "test('skips what is done', () => {})"))
})
