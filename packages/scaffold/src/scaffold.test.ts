import { describe, expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { projectNames } from './project-names.ts'
import { scaffold } from './scaffold.ts'

const files = scaffold(projectNames('web-shop'), { version: '1.2.3' })
const text = (name: string): string => files.get(name) ?? ''

describe('scaffold()', () => {
  test('has everything that a project needs, under its own names', () => {
    expect([...files.keys()].toSorted()).toEqual(
      [
        '.dockerignore',
        '.gitignore',
        'Dockerfile',
        'README.md',
        'controller.test.ts',
        'controller.ts',
        'crd.yaml',
        'deployment.yaml',
        'package.json',
        'rbac.yaml',
        'sample.yaml',
        'tsconfig.json',
        'webshop.ts',
      ].toSorted(),
    )
    expect(text('webshop.ts')).toContain("export const WebShop: Kind<WebShop> = { group: 'example.com', version: 'v1alpha1'")
    expect(text('controller.ts')).toContain('controllerFor(WebShop)')
    const unfilled = [...files].filter(
      ([, content]) => !content.endsWith('\n') || /\bundefined\/|\[object|\$\{(kind|singular|plural|group)/.test(content),
    )
    expect(unfilled).toEqual([])
    expect(text('README.md').split('\n').length).toBeLessThan(50)
  })

  test('runs with two commands, and is checked strictly', () => {
    const manifest = JSON.parse(text('package.json')) as { scripts: Record<string, string>; dependencies: Record<string, string> }
    expect(manifest).toMatchObject({ name: 'web-shop', type: 'module', private: true, scripts: { test: 'tsc && node --test' } })
    expect(manifest.scripts['start']).toMatch(/^kubetape run controller\.ts --embedded/)
    expect(new Set(Object.values(manifest.dependencies))).toEqual(new Set(['1.2.3']))
    expect(JSON.parse(text('tsconfig.json'))).toMatchObject({ compilerOptions: { strict: true } })
  })

  test('has manifests that go together', () => {
    const [definition, sample] = [parse(text('crd.yaml')), parse(text('sample.yaml'))] as [Record<string, never>, Record<string, unknown>]
    expect(definition).toMatchObject({
      metadata: { name: 'webshops.example.com' },
      spec: { names: { kind: 'WebShop', plural: 'webshops' } },
    })
    expect(sample).toMatchObject({ apiVersion: 'example.com/v1alpha1', kind: 'WebShop' })
    const access = parseAllDocuments(text('rbac.yaml')).map((document) => document.toJS() as { kind: string; metadata: { name: string } })
    expect(access.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'])
    expect(text('rbac.yaml')).not.toContain('*')
    expect(parse(text('deployment.yaml'))).toMatchObject({ spec: { template: { spec: { serviceAccountName: access[0]!.metadata.name } } } })
  })
})

describe('the Dockerfile', () => {
  const lines = text('Dockerfile').trim().split('\n').filter(Boolean)
  const having = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `))

  test('builds on small official images of a named release', () => {
    expect(having('FROM')).toEqual(['FROM node:24-slim AS dependencies', 'FROM node:24-slim'])
  })

  test('runs as a user without rights, by number, so that a kubelet can tell', () => {
    const last = lines.findLastIndex((line) => line.startsWith('FROM '))
    const users = lines.slice(last).filter((line) => line.startsWith('USER '))
    expect(users).toEqual(['USER 1000'])
    expect(lines.indexOf('USER 1000')).toBeLessThan(lines.findIndex((line) => line.startsWith('ENTRYPOINT ')))
  })

  test('copies by name what the controller needs, and nothing secret', () => {
    const copied = having('COPY')
      .flatMap((line) => line.split(' ').slice(1, -1))
      .filter((word) => !word.startsWith('--from='))
    expect(copied.toSorted()).toEqual([
      '/app/node_modules',
      'controller.ts',
      'package-lock.json',
      'package.json',
      'package.json',
      'webshop.ts',
    ])
    expect(lines.filter((line) => /^(ADD|ARG) |npmrc|kubeconfig|secret|token/i.test(line))).toEqual([])
    const [everything, ...others] = text('.dockerignore').trim().split('\n')
    expect(everything).toBe('*')
    for (const name of copied.filter((one) => !one.startsWith('/'))) expect(others).toContain(`!${name}`)
  })

  test('starts the program itself, so that it hears signals', () => {
    expect(having('ENTRYPOINT').map((line) => JSON.parse(line.slice('ENTRYPOINT '.length)) as unknown)).toEqual([
      ['node_modules/.bin/kubetape', 'run', 'controller.ts'],
    ])
    expect(having('CMD').map((line) => JSON.parse(line.slice('CMD '.length)) as unknown)).toEqual([
      ['--leader-elect', '--leader-election-id=web-shop', '--metrics-bind-address=:8080'],
    ])
  })
})
