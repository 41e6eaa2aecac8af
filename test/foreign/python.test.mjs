// The official Python client against `kubetape up`: its dynamic client, its typed calls and its Watch (python/dynamic_client.py).
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT, runCommand } from '../../tools/test/command.mjs'
import { startKubetape } from '../../tools/test/kubetape-server.mjs'

const FOLDER = join(ROOT, 'test', 'foreign', 'python')
/** Installed once; what it holds follows from the requirements. */
const ENVIRONMENT = join(ROOT, '.cache', 'foreign-python')
const INSTALL_MS = 300_000

const has = await runCommand('python3', ['-c', 'import venv, ensurepip'])
const skip = has.status === 0 ? false : 'there is no python3 with venv on PATH'

let server
before(async () => {
  if (!skip) server = await startKubetape('default')
})
after(async () => {
  await server?.stop()
  server?.remove()
})

test('the Python client finds, makes, applies, watches and pages', { skip }, async () => {
  const python = join(ENVIRONMENT, 'bin', 'python')
  if (!existsSync(python)) await run('python3', '-m', 'venv', ENVIRONMENT)
  await run(python, '-m', 'pip', 'install', '--quiet', '--requirement', join(FOLDER, 'requirements.txt'))
  const output = await run(python, join(FOLDER, 'dynamic_client.py'), server.kubeconfig)
  assert.equal(output.match(/^ok /gm)?.length, 7, output)
})

async function run(command, ...args) {
  const { status, output } = await runCommand(command, args, { limitMs: INSTALL_MS })
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${output}`)
  return output
}
