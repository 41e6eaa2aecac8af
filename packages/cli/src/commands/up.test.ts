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
    writeFileSync(join(folder, 'broken'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')
    writeFileSync(join(folder, 'config'), 'clusters:\n- name: prod\n')
    writeFileSync(join(folder, 'gates'), 'featureGates:\n  InTreePluginGCEUnregister: true\n')
    writeFileSync(join(folder, 'words'), 'ImageVolume: yes please\n')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([
    ['--controllers', 'jobs', 'Cannot run controller "jobs"'],
    ['--service-cluster-ip-range', '10.96.0.0', 'Cannot use the range of Service addresses "10.96.0.0"'],
    ['--service-node-port-range', '32767-30000', 'Cannot use the range of node ports "32767-30000"'],
    ['--token-auth-file', 'tokens', 'line 1 is not token,user,uid,"groups"'],
    ['--kubeconfig', 'config', 'Cannot write the kubeconfig'],
    ['--feature-gates', 'NoSuchGate=true', 'Cannot use --feature-gates: unrecognized feature gate: NoSuchGate; `kubetape gates` lists'],
    ['--feature-gates', 'AppArmor=false', 'cannot set feature gate AppArmor to false, feature is locked to true'],
    ['--feature-gates', 'InTreePluginAWSUnregister=true', 'unrecognized feature gate: InTreePluginAWSUnregister (it was removed in v1.31;'],
    ['--feature-gates-file', 'nowhere', 'nowhere": there is no such file'],
    ['--feature-gates-file', 'gates', 'gates": unrecognized feature gate: InTreePluginGCEUnregister (it was removed'],
    ['--feature-gates-file', 'words', 'words": gate "ImageVolume" is "yes please", not true or false'],
    ['--feature-gates-file', 'tokens', 'tokens": it must be a map of gates to true or false'],
    ['--emulated-version', '1.29', 'Cannot use --emulated-version: emulation version 1.29 is not between [1.30, 1.31]'],
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
    ['--service-account-signing-key-file', 'tokens', 'tokens": it has no PEM text of a key'],
    ['--client-ca-file', 'tokens', 'tokens": it has no PEM certificate'],
    ['--requestheader-client-ca-file', 'broken', 'broken": its certificate 1 is broken'],
    ['--root-ca-file', 'nowhere', 'nowhere": there is no such file'],
    ['--requestheader-allowed-names', 'proxy', 'Cannot use --requestheader-allowed-names: it needs --requestheader-client-ca-file'],
    ['--authorization-mode', '', 'it must name at least one mode'],
    ['--authorization-mode', 'ABAC', 'Cannot use authorization mode "ABAC": there is no such mode'],
    ['--authorization-webhook-config-file', 'config', 'it needs --authorization-mode with Webhook in its list'],
    ['--authorization-config', 'config', 'config": it must have kind AuthorizationConfiguration'],
    ['--authentication-token-webhook-config-file', 'config', 'config": it has no current-context'],
    ['--audit-policy-file', 'config', 'it needs --audit-log-path'],
    ['--enable-admission-plugins', 'AlwaysPullImages', 'Cannot select admission plugin "AlwaysPullImages": there is no such plugin'],
    ['--csi-endpoint', 'tcp://127.0.0.1:10000', 'Cannot use CSI endpoint "tcp://127.0.0.1:10000": only Unix sockets'],
    ['--csi-endpoint', 'csi.sock', 'Cannot use CSI endpoint "csi.sock": it must name a socket by its absolute path'],
    ['--hostpath-root', '', 'Cannot use "" as the root of host-path volumes: it must name a folder'],
    ['--host', '300.1.1.1', 'Cannot listen on "300.1.1.1"'],
  ])('refuses %s %s as a wrong question and makes nothing', async (flag, value, message) => {
    const output = new MemoryOutput()
    const data = join(folder, 'data')
    const inFolder = flag === '--add' || flag === '--kubeconfig' || /-(file|config)$/.test(flag)
    expect(await run(['up', '--data', data, flag, inFolder ? join(folder, value) : value], output)).toBe(2)
    expect(output.errLines.join('\n')).toContain(message)
    expect(existsSync(data)).toBe(false)
  })
})
