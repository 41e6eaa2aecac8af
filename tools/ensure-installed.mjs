#!/usr/bin/env node
// The pre step of `npm start` and `npm test`: installs what the lock file names where it is not installed. Plain JavaScript for the machine's
// own Node (20 or later), without a dependency, because it runs before there are any. It is quiet when there is nothing to do.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MINIMUM = 20
const root = fileURLToPath(new URL('..', import.meta.url))
const lockFile = join(root, 'package-lock.json')
/** npm's own note of what it installed. */
const installedFile = join(root, 'node_modules', '.package-lock.json')

const reason = whyInstall()
if (reason !== undefined) install(reason)

/** Says why an install is needed; undefined when what is installed is what the lock file names. */
function whyInstall() {
  if (!existsSync(installedFile)) return 'node_modules is missing'
  if (statSync(installedFile).mtimeMs >= statSync(lockFile).mtimeMs) return undefined
  // A checkout renews the lock file's time without changing it, so the contents decide.
  const wanted = packagesOf(lockFile)
  const installed = packagesOf(installedFile)
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional || entry.devOptional || entry.peer) continue
    if (installed[path]?.version !== entry.version || installed[path]?.link !== entry.link) {
      return `node_modules is older than package-lock.json (${path.replace(/^.*node_modules\//, '')})`
    }
  }
  const now = new Date()
  utimesSync(installedFile, now, now)
  return undefined
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

function install(why) {
  if (Number(process.versions.node.split('.')[0]) < NODE_MINIMUM) {
    console.error(`Cannot install: Node ${process.versions.node} is too old, Node ${NODE_MINIMUM} or later is needed`)
    process.exit(1)
  }
  console.log(`Installing with npm ci: ${why}`)
  const [command, ...args] = npm()
  const { status, error } = spawnSync(command, [...args, 'ci', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: withoutOurNode(),
  })
  if (error !== undefined || status !== 0) {
    console.error(`Cannot install: npm ci ${error === undefined ? `ended with ${status}` : `did not start (${error.message})`}`)
    process.exit(1)
  }
}

/** The npm that runs this script, on its own Node: the one in node_modules goes away under `npm ci`. */
function npm() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  const isOurs = node === undefined || node.startsWith(join(root, 'node_modules'))
  return script !== undefined && !isOurs && existsSync(script) ? [node, script] : ['npm']
}

function withoutOurNode() {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(join(root, 'node_modules')))
  return { ...process.env, PATH: path.join(delimiter) }
}
