// The rules of the house as tests: docs/ARCHITECTURE.md is kept, files stay small and named, nothing dead or unfinished lies about.
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
        if (found.length > 0) throw brokenRule(found)
      })
    }
  })
}

test('files above 250 lines are named', (context) => {
  for (const line of largeFiles()) context.diagnostic(line)
})

/** The violations are what matters; where in this file they were found does not. */
function brokenRule(violations) {
  const error = new Error(violations.join('\n'))
  error.stack = error.message
  return error
}
