// docs/gates.md is held to its word: each command is run as it stands there and prints what stands below it. Then `up` is asked what gates it has.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { ROOT, runCommand } from '../tools/test/command.mjs'
import { kubectlEnvironment } from '../tools/test/kubectl.mjs'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'

const LIMIT_MS = 60_000
const PAGE = readFileSync(join(ROOT, 'docs', 'gates.md'), 'utf8')

const folder = mkdtempSync(join(tmpdir(), 'kubetape-gates-'))
after(() => rmSync(folder, { recursive: true, force: true }))
for (const [, name, text] of PAGE.matchAll(/In `([\w.]+)`\n\n```\w+\n([\s\S]*?)```/g)) writeFileSync(join(folder, name), text)

const examples = [...PAGE.matchAll(/```console\n([\s\S]*?)```/g)]
  .flatMap(([, block]) => block.split(/^\$ /m).slice(1))
  .map((example) => {
    const [command, ...lines] = example.trimEnd().split('\n')
    return { command, printed: lines.join('\n') }
  })

describe('docs/gates.md', () => {
  test('has examples', () => assert.ok(examples.length >= 8, `${examples.length} examples`))
  for (const { command, printed } of examples)
    test(command, () => {
      const script = `kubetape() { "$NODE" "$KUBETAPE" "$@"; }; ${command}`
      const env = { PATH: process.env.PATH, HOME: folder, NODE: process.execPath, KUBETAPE }
      const { stdout, stderr, error } = spawnSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8', timeout: LIMIT_MS })
      assert.ifError(error)
      assert.equal(`${stderr}${stdout}`.trimEnd(), printed)
    })
})

test('kubetape up shows its gates in metrics and logs what is set', async (context) => {
  const flags = [
    '--feature-gates=AppArmor=true',
    '--emulated-version=kube=1.30',
    '--log-level=info',
    `--feature-gates-file=${join(folder, 'gates.yaml')}`,
  ]
  const server = await startKubetape('all', flags)
  try {
    assert.match(
      server.log(),
      /"AppArmor":"true \(flag\)".*"WatchList":"true \(file\)","WatchListClient":"true \(AllBeta\)".*"Feature gates that are set"/,
    )
    const env = kubectlEnvironment('1.31', folder, server.kubeconfig)
    if (env === undefined) return context.diagnostic('metrics were left out: there is no kubectl.1.31 on this machine')
    const { output } = await runCommand('kubectl', ['get', '--raw', '/metrics'], { env })
    const shown = (name) => new RegExp(`^kubernetes_feature_enabled\\{name="${name}",stage="(\\w*)"\\} ([01])$`, 'm').exec(output)?.slice(1)
    assert.deepEqual(['JobPodFailurePolicy', 'WatchList', 'WatchListClient', 'AllAlpha', 'ImageVolume'].map(shown), [
      ['BETA', '1'],
      ['ALPHA', '1'],
      ['BETA', '1'],
      ['ALPHA', '1'],
      undefined,
    ])
  } finally {
    assert.equal(await server.stop(), undefined)
    server.remove()
  }
})
