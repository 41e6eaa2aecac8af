import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './command.mjs'
import { packPackages, startRegistry } from './packed-packages.mjs'

/** `nobody` on every Linux. */
const NOBODY = { uid: 65534, gid: 65534 }

/**
 * Somebody who has never seen this workspace: an empty folder, an empty npm cache, the packed packages in a registry, and no rights where the
 * tests run as root. Answers the folder, a way to write there, the environment and the user to run commands with, and how to clear up.
 */
export async function newcomer() {
  const home = mkdtempSync(join(tmpdir(), 'kubetape-newcomer-'))
  const isRoot = process.getuid?.() === 0
  const user = isRoot ? NOBODY : {}
  const folder = join(home, 'work')
  const packages = join(home, 'packages')
  for (const path of [folder, packages]) mkdirSync(path)
  const packed = await packPackages(packages)
  const registry = await startRegistry(packed)
  writeFileSync(join(home, '.npmrc'), `@kubetape:registry=${registry.url}\n`)
  if (isRoot) for (const path of [home, folder]) chownSync(path, NOBODY.uid, NOBODY.gid)
  const { output: upstream } = await runCommand('npm', ['config', 'get', 'registry'])
  return {
    folder,
    packed,
    user,
    isUnprivileged: isRoot || process.getuid === undefined || process.getuid() !== 0,
    env: {
      HOME: home,
      npm_config_registry: upstream.trim(),
      npm_config_userconfig: join(home, '.npmrc'),
      npm_config_cache: join(home, 'cache'),
      npm_config_update_notifier: 'false',
      npm_config_fund: 'false',
      npm_config_audit: 'false',
      NODE_OPTIONS: '',
      // A test of theirs is no part of ours.
      NODE_TEST_CONTEXT: undefined,
    },
    /** Writes a file of theirs into the folder. */
    write(name, text) {
      writeFileSync(join(folder, name), text)
      if (isRoot) chownSync(join(folder, name), NOBODY.uid, NOBODY.gid)
    },
    async leave() {
      await registry.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
