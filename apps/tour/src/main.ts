import { mkdirSync, mkdtempSync } from 'node:fs'
import { systemClock } from '@kubetape/determinism'
import { processOutput } from '@kubetape/cli'
import { tour } from './tour.ts'

const output = processOutput()
const once = process.argv.includes('--once')
mkdirSync('tapes', { recursive: true })
const folder = mkdtempSync('tapes/tour-')
try {
  const { plane, ok } = await tour({ folder, clock: systemClock(), say: (line) => output.out(line) })
  output.out(ok ? '\nEverything went as it should.' : '\nSomething went otherwise than it should: see above.')
  process.exitCode = ok ? 0 : 1
  if (once) await plane.stop()
  else {
    output.out(
      `\nThe control plane stays up. Talk to it, and stop it with Ctrl-C:\n  export KUBECONFIG=${process.cwd()}/${plane.access.kubeconfig}\n  kubectl get jobs,pods\n  npx kubetape why job/broken --data ${folder}`,
    )
    await new Promise((resolve) => {
      process.once('SIGINT', resolve)
      process.once('SIGTERM', resolve)
    })
    await plane.stop()
  }
} catch (error) {
  output.err(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
