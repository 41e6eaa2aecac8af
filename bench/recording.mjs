// What recording decisions costs: a Job of 2,000 Pods in process with the journal, and without it as the limit (B15).
// [--runs 5] [--n 2000]
import { flagsOf } from './_arguments.mjs'
import { Figures } from './_figures.mjs'
import { runJob } from './_job-in-process.mjs'
import { temporaryFolder } from './_servers.mjs'

const flags = flagsOf({ runs: 5, n: 2000 })
const figures = new Figures()
await runJob({ folder: temporaryFolder(), n: flags.n, recorded: true })
for (let run = 0; run < flags.runs; run++) {
  // Whichever comes second finds the heap as the first left it, so they take turns.
  for (const recorded of run % 2 === 0 ? [true, false] : [false, true]) {
    globalThis.gc?.()
    const cpuBefore = process.cpuUsage()
    const { seconds, bytes } = await runJob({ folder: temporaryFolder(), n: flags.n, recorded })
    const { user, system } = process.cpuUsage(cpuBefore)
    const side = recorded ? 'ours' : 'limit'
    figures.add(`job of ${flags.n}`, 'Pods/s', side, flags.n / seconds)
    figures.add('CPU time', 's', side, (user + system) / 1e6)
    figures.add('tape', 'MB', side, bytes / 1e6)
  }
}
figures.print()
