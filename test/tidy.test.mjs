// The rules of the house as tests: docs/ARCHITECTURE.md is kept, files stay small and named, nothing dead or unfinished lies about.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { documents } from './tidy/documents.mjs'
import { imports } from './tidy/imports.mjs'
import { layout } from './tidy/layout.mjs'
import { largeFiles, sizes } from './tidy/sizes.mjs'
import { text } from './tidy/text.mjs'

for (const [group, rules] of Object.entries({ layout, sizes, imports, text, documents })) {
  describe(group, () => {
    for (const [rule, violations] of Object.entries(rules)) {
      test(rule, () => {
        const found = violations()
        assert.equal(found.length, 0, `${rule}:\n  ${found.join('\n  ')}`)
      })
    }
  })
}

test('files above 250 lines are named', (context) => {
  for (const line of largeFiles()) context.diagnostic(line)
})
