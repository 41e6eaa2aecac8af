import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { systemClock, sleep } from '@kubetape/determinism'
import { prepareAuthentication, readAuthentication } from './authentication-options.ts'

let folder: string
let started: AsyncDisposableStack
let lines: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubetape-authentication-'))
  started = new AsyncDisposableStack()
  lines = []
})
afterEach(async () => {
  await started.disposeAsync()
  rmSync(folder, { recursive: true })
})

const HEAD = 'apiVersion: apiserver.config.k8s.io/v1beta1\nkind: AuthenticationConfiguration\n'
const LIVEZ = `${HEAD}anonymous: {enabled: true, conditions: [{path: /livez}]}\n`
const jwtOf = (name: string): string =>
  `- {issuer: {url: "https://${name}.example.com", audiences: [a]}, claimMappings: {username: {claim: sub, prefix: ""}}}\n`
const on = { enabled: () => true }
const off = { enabled: (name: string) => name !== 'AnonymousAuthConfigurableEndpoints' }

function file(text: string): string {
  const path = join(folder, 'auth.yaml')
  writeFileSync(path, text)
  return path
}

describe('readAuthentication()', () => {
  test('needs the gate for anonymous access by path, and only one word on it', () => {
    const configFile = file(LIVEZ)
    expect(() => readAuthentication({ configFile }, [], off)).toThrow(
      'anonymous is not supported when AnonymousAuthConfigurableEndpoints feature gate is disabled',
    )
    expect(() => readAuthentication({ configFile, anonymous: true }, [], on)).toThrow('it says who may come without credentials')
    expect(readAuthentication({ configFile }, [], on)).toMatchObject({ anonymous: { enabled: true } })
  })

  test('refuses a file that is not there, or is wrong', () => {
    expect(() => readAuthentication({ configFile: join(folder, 'none') }, [], on)).toThrow('Cannot read the authentication configuration')
    expect(() => readAuthentication({ configFile: file('{}') }, [], on)).toThrow('Cannot use the authentication configuration')
  })
})

describe('prepareAuthentication()', () => {
  const log = (message: string): void => void lines.push(message)
  const logger = { debug: log, info: log, warn: log, error: log }
  const clock = systemClock()
  const prepare = (options: Parameters<typeof prepareAuthentication>[0]): ReturnType<typeof prepareAuthentication> =>
    prepareAuthentication(options, { issuers: [], apiAudiences: ['api'], gates: on, clock, logger, started })

  test('lets those come without credentials that the options or the file say', () => {
    expect(prepare({}).anonymous!()).toEqual({ enabled: true, paths: undefined })
    expect(prepare({ anonymous: false }).anonymous!()).toMatchObject({ enabled: false })
    expect(prepare({ configFile: file(LIVEZ) }).anonymous!()).toEqual({ enabled: true, paths: ['/livez'] })
  })

  test('follows its file, and stays as it was when that is wrong', async () => {
    const { moreTokens } = prepare({ configFile: file(`${HEAD}jwt:\n${jwtOf('one')}`) })
    const until = async (text: string, message: string): Promise<void> => {
      file(text)
      for (let at = 0; at < 100 && !lines.includes(message); at++) await sleep(clock, 20)
      expect(lines).toContain(message)
    }
    expect(moreTokens!()).toHaveLength(1)
    await until(`${HEAD}jwt:\n${jwtOf('one')}${jwtOf('two')}`, 'the authentication configuration was read anew')
    expect(moreTokens!()).toHaveLength(2)
    await until('nonsense', 'the authentication configuration stays as it was')
    expect(moreTokens!()).toHaveLength(2)
  })
})
