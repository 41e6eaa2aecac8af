import { runDirectoryDriver } from './directory-driver/command.ts'

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // A second one, when the first takes too long.
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  })
if (process.channel !== undefined) {
  // The launcher in bin passes signals on. When it dies without a word, nobody could stop this process any more.
  process.once('disconnect', () => process.exit(1))
  process.channel.unref()
}
process.exitCode = await runDirectoryDriver(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  signal: stop.signal,
})
