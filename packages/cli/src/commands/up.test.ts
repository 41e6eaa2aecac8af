import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'

describe('kubetape up', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubetape-up-'))
    writeFileSync(join(folder, 'tokens'), 'only-a-token\n')
    writeFileSync(join(folder, 'config'), 'clusters:\n- name: prod\n')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([
    ['--controllers', 'jobs', 'Cannot run controller "jobs"'],
    ['--service-cluster-ip-range', '10.96.0.0', 'Cannot use the range of Service addresses "10.96.0.0"'],
    ['--token-auth-file', 'tokens', 'line 1 is not token,user,uid,"groups"'],
    ['--kubeconfig', 'config', 'Cannot write the kubeconfig'],
    ['--port', 'many', 'Cannot use --port "many"'],
    ['--log-level', 'loud', 'Cannot use --log-level "loud"'],
    ['--add', 'nowhere.ts', 'Cannot add '],
    ['--anonymous-auth', 'maybe', 'Cannot use --anonymous-auth "maybe"'],
    ['--oidc-issuer-url', 'https://a.example.com', '--oidc-issuer-url and --oidc-client-id must be given together'],
    ['--authentication-config', 'tokens', 'Cannot use the authentication configuration'],
    ['--audit-log-path', '-', 'it needs --audit-policy-file'],
    ['--service-account-issuer', ':here', 'Cannot use --service-account-issuer ":here"'],
    ['--service-account-max-token-expiration', '10m', 'Cannot use --service-account-max-token-expiration "10m"'],
    ['--service-account-key-file', 'nowhere', 'Cannot read --service-account-key-file'],
    ['--service-account-signing-key-file', 'tokens', 'Cannot use a key of service account tokens'],
  ])('refuses %s %s as a wrong question and makes nothing', async (flag, value, message) => {
    const output = new MemoryOutput()
    const data = join(folder, 'data')
    const inFolder = flag === '--add' || flag === '--kubeconfig' || flag.endsWith('-file') || flag === '--authentication-config'
    expect(await run(['up', '--data', data, flag, inFolder ? join(folder, value) : value], output)).toBe(2)
    expect(output.errLines.join('\n')).toContain(message)
    expect(existsSync(data)).toBe(false)
  })
})
