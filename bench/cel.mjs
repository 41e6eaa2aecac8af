// Evaluation of compiled expressions, beside the same rule written in JavaScript; and their compilation. [--runs 3] [--rounds 200000]
import { parseArgs } from 'node:util'
import { compileCel } from '@kubetape/cel'
import { Figures, median } from './_figures.mjs'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '3' }, rounds: { type: 'string', default: '200000' } } })
const rounds = Number(values.rounds)
const COMPILATIONS = 2000
const TARGET_US = 3

const object = {
  metadata: { name: 'x', labels: { a: 'b' } },
  spec: { replicas: 3, containers: Array.from({ length: 3 }, (_, at) => ({ name: `c${at}`, image: `registry.example/c${at}:1` })) },
}
const pattern = /^[a-z]+$/
const rules = [
  ['object.spec.replicas <= 5', (one) => one.spec.replicas <= 5],
  [
    'has(object.metadata.labels) && "a" in object.metadata.labels',
    (one) => one.metadata.labels !== undefined && 'a' in one.metadata.labels,
  ],
  [
    'object.spec.containers.all(c, c.image.startsWith("registry.example/"))',
    (one) => one.spec.containers.every((c) => c.image.startsWith('registry.example/')),
  ],
  ['object.metadata.name.matches("^[a-z]+$")', (one) => pattern.test(one.metadata.name)],
]
const variables = { object: { kind: 'dyn' } }

function microseconds(count, act) {
  const started = performance.now()
  for (let at = 0; at < count; at++) act()
  return ((performance.now() - started) * 1000) / count
}

const figures = new Figures()
const tookBy = new Map()
for (let run = 0; run < Number(values.runs); run++) {
  for (const [text, script] of rules) {
    const program = compileCel(text, { variables })
    const given = { object }
    microseconds(20_000, () => program.evaluate(given, { costLimit: 1_000_000 }))
    const took = microseconds(rounds, () => program.evaluate(given, { costLimit: 1_000_000 }))
    tookBy.set(text, [...(tookBy.get(text) ?? []), took])
    figures.add(text, 'us', 'ours', took)
    let kept = 0
    figures.add(
      text,
      'us',
      'limit',
      microseconds(rounds, () => (kept += Number(script(object)))),
    )
    if (kept !== rounds) throw new Error(`Cannot compare "${text}": the script says something else`)
    figures.add(
      `compile ${text}`,
      'us',
      'ours',
      microseconds(COMPILATIONS, () => compileCel(text, { variables })),
    )
  }
}
figures.print()
const slowest = Math.max(...[...tookBy.values()].map(median))
if (slowest > TARGET_US) {
  console.error(`missed: an evaluation takes ${slowest.toFixed(2)} us, the target is ${TARGET_US} us`)
  process.exitCode = 1
}
