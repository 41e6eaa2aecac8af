// How many checks passed and failed, read from what each tool prints. A status that says "failed" always leaves at least one failed check.

/** Of one or many Jest runs: the sum of their `Tests:` lines; a suite that did not even start counts as one failed check. */
export function jestCounts({ status, output }) {
  let passed = 0
  let failed = 0
  for (const [, line] of output.matchAll(/^Tests:\s+(.*)$/gm)) {
    passed += numberBefore('passed', line)
    failed += numberBefore('failed', line)
  }
  const brokenSuites = [...output.matchAll(/Test suite failed to run/g)].length
  return atLeastOneFailure(status, { passed, failed: failed + brokenSuites })
}

/** Of `node --test`. A test that was skipped counts as skipped. */
export function nodeTestCounts({ status, output }) {
  const count = (word) => Number(new RegExp(`^[ℹ#] ${word} (\\d+)$`, 'm').exec(output)?.[1] ?? 0)
  const skips = [...output.matchAll(/^\s*﹣ (.*?) \(.*?\) # (.*)$/gm)].map(([, name, why]) => `${name}: ${why}`)
  return { ...atLeastOneFailure(status, { passed: count('pass'), failed: count('fail') + count('cancelled') }), skipped: skips }
}

/** Of `nx run-many`: one check a project. */
export function nxCounts({ status, output }) {
  const projects = Number(/Running targets? .*? for (\d+) projects?/.exec(output)?.[1] ?? 0)
  const list = /Failed tasks:\n\n((?:- .*\n?)+)/.exec(output)?.[1] ?? ''
  const failed = new Set([...list.matchAll(/^- (.*):[^:]+$/gm)].map(([, project]) => project)).size
  return atLeastOneFailure(status, { passed: Math.max(0, projects - failed), failed })
}

/** Of tools whose last line is `N passed, N failed`. */
export function summaryCounts({ status, output }) {
  const [, passed = 0, failed = 0] = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? []
  return atLeastOneFailure(status, { passed: Number(passed), failed: Number(failed) })
}

/** Of everything else: one check. */
export function oneCheck({ status }) {
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** The reasons on lines `skipped: REASON`, each once. */
export function skipReasons(output) {
  return [...new Set([...output.matchAll(/^\s*skipped: (.+)$/gm)].map(([, reason]) => reason.trim()))]
}

function numberBefore(word, line) {
  return Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0)
}

function atLeastOneFailure(status, { passed, failed }) {
  return { passed, failed: status === 0 ? failed : Math.max(1, failed) }
}
