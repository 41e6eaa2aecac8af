// The packed packages, installed outside of the workspace: every public entry point loads in a plain ESM project, and its types pass a strict compiler
// that checks libraries too. What authors import brings neither the command nor a server along.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bundleSize } from '../../bench/_bundle-size.mjs'
import { runCommand } from '../../tools/test/command.mjs'
import { newcomer } from '../../tools/test/newcomer.mjs'
import { publicPackages } from '../../tools/test/packed-packages.mjs'

/** As `kubetape init` writes them, and what packages leave to their users. */
const OTHERS = ['typescript@7.0.2', '@types/node@24.19.2', '@kubernetes/client-node@2.0.1', '@jest/globals@30.5.2']
/** Contract suites: Jest loads them, and nobody else can. */
const FOR_JEST = ['@kubetape/client/testing', '@kubetape/eventlog/testing']

/** `npm run bench -- size` says what it is. */
const MANAGER_GZIP_BYTES_MAX = 40_000

/** Packages that authors of controllers import in production. */
const AUTHORS = [
  '@kubetape/runtime',
  '@kubetape/api',
  '@kubetape/apimachinery',
  '@kubetape/client',
  '@kubetape/client-go-features',
  '@kubetape/client-node',
]
const NOT_FOR_AUTHORS = ['@kubetape/cli', '@kubetape/apiserver', '@kubetape/control-plane', '@kubetape/controllers', '@kubetape/testing']

describe('the packed packages, installed elsewhere', { timeout: 180_000 }, () => {
  let they
  let entries
  before(async () => {
    they = await newcomer()
    they.write('package.json', '{ "name": "elsewhere", "private": true, "type": "module" }\n')
    const names = they.packed.map(({ manifest }) => manifest.name)
    await ok('npm', 'install', ...names, ...OTHERS)
    entries = they.packed.flatMap(({ manifest }) => entriesOf(manifest))
  })
  after(() => they?.leave())

  async function ok(command, ...args) {
    const { status, output } = await runCommand(command, args, { cwd: they.folder, env: they.env, user: they.user, limitMs: 120_000 })
    assert.equal(status, 0, output)
    return output
  }

  /** `@kubetape/runtime`, `@kubetape/runtime/node` …; a star stands for what is there. */
  function entriesOf({ name, exports }) {
    return Object.entries(exports).flatMap(([path, { types }]) => {
      if (types === undefined) return []
      if (!path.includes('*')) return [name + path.slice(1)]
      const [before, behind] = types.slice(2).split('*')
      return globSync(`${before}**/*${behind}`, { cwd: join(they.folder, 'node_modules', name) }).map(
        (file) => `${name}/${path.slice(2).replace('*', file.slice(before.length, -behind.length))}`,
      )
    })
  }

  test('load in an ESM project', async () => {
    assert.ok(entries.length > 60, String(entries))
    for (const one of ['@kubetape/runtime/node', '@kubetape/determinism/testing', '@kubetape/testing', '@kubetape/api/types/apps/v1'])
      assert.ok(entries.includes(one), `${one} is none of ${entries}`)
    const lines = entries.filter((name) => !FOR_JEST.includes(name)).map((name) => `await load('${name}')`)
    they.write(
      'load.mjs',
      `const load = async (name) => {\n  try { await import(name) } catch (error) { console.log(name + ': ' + error.message); process.exitCode = 1 }\n}\n${lines.join('\n')}\n`,
    )
    await ok('node', 'load.mjs')
  })

  test('have a CSI driver that starts, serves and stops', async () => {
    const serve = 'timeout -s TERM 5 npx kubetape-csi-directory --root volumes --endpoint unix://$PWD/csi.sock --node-id here'
    const { status, output } = await runCommand('bash', ['-c', serve], {
      cwd: they.folder,
      env: they.env,
      user: they.user,
      limitMs: 60_000,
    })
    // `timeout` has ended it, after as long as it takes to be ready.
    assert.equal(status, 124, output)
    assert.match(output, /csi\.kubetape\.dev is ready at unix:\/\/\/.*\/csi\.sock: volumes in .*\/volumes, published by/)
    assert.deepEqual(globSync('volumes/*', { cwd: they.folder }).sort(), ['volumes/gone', 'volumes/new', 'volumes/volumes'])
  })

  for (const [name, more] of [
    ['strict', {}],
    ['strict and exact', { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noPropertyAccessFromIndexSignature: true }],
  ])
    test(`have types that pass a compiler that is ${name} and checks libraries`, async () => {
      const imports = entries.map((entry, at) => `import * as m${at} from '${entry}'`)
      they.write('all.ts', `${imports.join('\n')}\nexport const all = [${entries.map((_, at) => `m${at}`).join(', ')}]\n`)
      const compilerOptions = {
        target: 'esnext',
        module: 'nodenext',
        types: ['node'],
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        ...more,
      }
      they.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['all.ts'] }))
      await ok('npx', 'tsc')
    })
})

describe('what authors of controllers import', () => {
  const manifests = new Map(publicPackages().map((manifest) => [manifest.name, manifest]))
  const closureOf = (name, found = new Set()) => {
    for (const one of Object.keys(manifests.get(name)?.dependencies ?? {})) if (!found.has(one)) closureOf(one, found.add(one))
    return found
  }

  for (const name of AUTHORS.filter((one) => one !== '@kubetape/client-node'))
    test(`${name} needs neither the command nor a server`, () => {
      assert.ok(manifests.has(name))
      const closure = closureOf(name)
      assert.deepEqual(
        [...NOT_FOR_AUTHORS, '@kubetape/storage'].filter((one) => closure.has(one)),
        [],
      )
    })

  test('a Manager without what it does not use is small, and has no server in it', async () => {
    const { gzipBytes, packages } = await bundleSize("export { controllerFor, Manager } from '@kubetape/runtime'")
    assert.ok(gzipBytes < MANAGER_GZIP_BYTES_MAX, `${gzipBytes} bytes gzipped`)
    const wrong = packages
      .map(([name]) => name)
      .filter((name) => [...NOT_FOR_AUTHORS, '@kubetape/eventlog', 'better-sqlite3', 'pino'].includes(name))
    assert.deepEqual(wrong, [])
  })

  test('nothing but the command itself depends on it', () => {
    assert.deepEqual(
      [...manifests.keys()].filter((name) => closureOf(name).has('@kubetape/cli')),
      [],
    )
  })

  test('every package says how it may be used and where it comes from', () => {
    for (const [name, { license, description, engines, files }] of manifests) {
      assert.equal(license, 'Apache-2.0', name)
      assert.ok(description?.length > 10 && engines?.node && files?.length > 0, name)
      assert.ok(readFileSync(join('packages', name.split('/')[1], 'README.md'), 'utf8').startsWith(`# ${name}`), name)
    }
  })
})
