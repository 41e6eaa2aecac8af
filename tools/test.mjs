#!/usr/bin/env node
// The whole test suite: `npm test`, or some of its steps: `npm test -- lint unit`. Goes on after a failure; the last line is
// `N passed, N failed` over everything, and the exit status says whether anything failed.
//   --verbose  shows what each step prints, also when it passes
//   --long     runs what is too long for every change instead (npm run test:long)
//   --list     prints the names of the steps
import { skipReasons } from './test/counts.mjs'
import { LONG_STEPS, STEPS } from './test/steps.mjs'

const words = process.argv.slice(2)
const steps = words.includes('--long') ? LONG_STEPS : STEPS
const live = words.includes('--verbose')
const names = words.filter((word) => !word.startsWith('--'))
const unknown = [
  ...names.filter((name) => !(name in steps)),
  ...words.filter((word) => word.startsWith('--') && !['--verbose', '--long', '--list'].includes(word)),
]
if (unknown.length > 0) {
  console.error(`Cannot run ${unknown.join(', ')}: the steps are ${Object.keys(steps).join(', ')}`)
  process.exit(2)
}
if (words.includes('--list')) {
  console.log(Object.keys(steps).join('\n'))
  process.exit(0)
}

// A check that was skipped proves nothing: where everything has to be there, that is a failure.
const skipsFail = process.env.CI === 'true'
const total = { passed: 0, failed: 0 }
for (const name of names.length > 0 ? Object.keys(steps).filter((step) => names.includes(step)) : Object.keys(steps)) {
  if (live) console.log(`--- ${name}`)
  const started = performance.now()
  const { passed, failed, skipped } = await runStep(name)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${passed} passed, ${failed} failed, ${seconds} s)`)
  for (const reason of skipped) console.log(`     skipped: ${reason}`)
  total.passed += passed
  total.failed += failed
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

async function runStep(name) {
  try {
    const result = await steps[name]({ live })
    const skipped = [...new Set([...(result.skipped ?? []), ...skipReasons(result.output)])]
    const failed = result.failed + (skipsFail ? skipped.length : 0)
    if (failed > 0 && !live) console.log(result.output)
    return { passed: result.passed, failed, skipped }
  } catch (error) {
    console.log(error.stack)
    return { passed: 0, failed: 1, skipped: [] }
  }
}
