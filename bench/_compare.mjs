// One work of the load on the server and on the stub, alternating, each run on fresh processes.
import { Figures } from './_figures.mjs'
import { summarise } from './_profile.mjs'
import { runLoad, startServer, startStub, untilQuiet } from './_servers.mjs'

/**
 * Runs `works` (name, load work, options, warm-up options, `read(result)` → rows, `operations(result)` → what was done how often) `flags.runs`
 * times on either side and prints the figures. Processor time per operation is what moves least when the machine is busy with other things.
 * A run is: fresh processes, a small load to warm up, the load. The server's memory is read at the end of each run.
 */
export async function compare(works, flags) {
  const figures = new Figures()
  for (const one of works) {
    for (let run = 0; run < flags.runs; run++) {
      const server = await startServer(flags)
      record(figures, one, 'ours', await measure(server, one, flags, true))
      figures.add(`${one.name}: server memory`, 'MB', 'ours', server.rssMb())
      figures.add(`${one.name}: server memory, most`, 'MB', 'ours', server.peakMb())
      await server.stop()
      const stub = await startStub(server)
      record(figures, one, 'limit', await measure(stub, one, flags, false))
      figures.add(`${one.name}: server memory`, 'MB', 'limit', stub.rssMb())
      await stub.stop()
    }
  }
  figures.print()
  if (flags.profile) summarise(flags.profile)
}

async function measure({ kubeconfig, cpuSeconds }, { work, options, warmUp }, flags, waits) {
  await runLoad(work, kubeconfig, warmUp, flags.load)
  if (waits) await untilQuiet(kubeconfig)
  const before = cpuSeconds()
  const result = await runLoad(work, kubeconfig, options, flags.load)
  return { ...result, cpuSeconds: cpuSeconds() - before }
}

function record(figures, { name, read, operations }, side, result) {
  if (result.errors > 0 || result.lost > 0)
    throw new Error(`Cannot count this run: ${result.errors ?? 0} errors, ${result.lost ?? 0} events lost`)
  for (const [what, unit, value] of read(result)) figures.add(`${name}${what}`, unit, side, value)
  if (operations === undefined) return
  const [what, count] = operations(result)
  figures.add(`${name}: server CPU per ${what}`, 'ms', side, (result.cpuSeconds * 1000) / count)
}
