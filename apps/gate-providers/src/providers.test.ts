import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { featureGates, InformerResourceVersion, WatchListClient } from '@kubetape/client-go-features'
import { withFeatureGates } from '@kubetape/client-go-features/testing'
import { AlwaysEnabledGates } from './always-on.ts'
import { CommandLineGates } from './command-line.ts'
import { forceOff } from './force-off.ts'

describe('AlwaysEnabledGates', () => {
  test('say yes to everything', async () => {
    await withFeatureGates(new AlwaysEnabledGates(), () =>
      expect([WatchListClient, 'MyFeature'].map((feature) => featureGates().enabled(feature))).toEqual([true, true]),
    )
  })
})

describe('forceOff()', () => {
  test('keeps one feature off and lets others decide about the rest', () => {
    const gates = forceOff(WatchListClient, new AlwaysEnabledGates())
    expect([gates.enabled(WatchListClient), gates.enabled(InformerResourceVersion)]).toEqual([false, true])
  })
})

describe('CommandLineGates', () => {
  test('take the flag, the last one wins, defaults for the rest', () => {
    const argv = [
      '--verbose',
      '--client-features=WatchListClient=true,InformerResourceVersion=T',
      '--client-features',
      'WatchListClient=false',
    ]
    const gates = new CommandLineGates(argv)
    expect([WatchListClient, InformerResourceVersion, 'AtomicFIFO'].map((feature) => gates.enabled(feature))).toEqual([false, true, true])
  })

  test.each([
    ['Nobody=true', 'Cannot use feature "Nobody": there is no such feature; there are AtomicFIFO,'],
    ['watchlistclient=true', 'Cannot use feature "watchlistclient"'],
    ['WatchListClient=yes', 'parsing "yes"'],
    ['WatchListClient', 'parsing ""'],
    ['AtomicFIFO=false', 'Cannot set feature "AtomicFIFO" to false: it is locked to true'],
  ])('refuse %s', (setting, text) => {
    expect(() => new CommandLineGates([`--client-features=${setting}`])).toThrow(text)
  })

  test('throw for features that there are not', () => {
    expect(() => new CommandLineGates([]).enabled('Nobody')).toThrow('"Nobody"')
  })
})

describe('main.ts', () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))

  async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const options = { env: { ...process.env, NODE_OPTIONS: '', ...env } }
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@kubetape/source', main, ...argv], options)
    return stdout
      .trim()
      .split('\n')
      .filter((line) => /^(InformerResourceVersion|WatchListClient)=/.test(line))
      .join(' ')
  }

  test.each([
    ['always-on', [], 'InformerResourceVersion=true WatchListClient=true'],
    ['command-line', ['--client-features=WatchListClient=true'], 'InformerResourceVersion=false WatchListClient=true'],
    ['force-off', [], 'InformerResourceVersion=true WatchListClient=false'],
  ])('runs by the provider %s', async (word, argv, expected) => {
    const env = { KUBE_FEATURE_WatchListClient: 'true', KUBE_FEATURE_InformerResourceVersion: 'true' }
    expect(await run([word, ...argv], env)).toBe(expected)
  })
})
