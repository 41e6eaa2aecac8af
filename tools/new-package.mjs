#!/usr/bin/env node
// Makes the files that every package has: `node tools/new-package.mjs NAME "one sentence" [dependency …]`.
// A dependency is the name of another package of this workspace, or NAME@VERSION from the registry.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [name, sentence, ...dependencies] = process.argv.slice(2)
if (!name || !sentence) {
  console.error('usage: node tools/new-package.mjs NAME "one sentence" [dependency …]')
  process.exit(2)
}
const layers = JSON.parse(readFileSync(new URL('./layers.json', import.meta.url), 'utf8'))
if (!(name in layers)) {
  console.error(`Cannot make package "${name}": tools/layers.json does not give it a row; decide where it stands first`)
  process.exit(2)
}
const root = join('packages', name)
mkdirSync(join(root, 'src'), { recursive: true })
const write = (file, text) => {
  const path = join(root, file)
  if (!existsSync(path)) writeFileSync(path, text)
}
const json = (value) => `${JSON.stringify(value, null, 2)}\n`
const ours = dependencies.filter((d) => !d.includes('@', 1) && d in layers)
const theirs = dependencies.filter((d) => d.includes('@', 1))
const version = JSON.parse(readFileSync('packages/determinism/package.json', 'utf8')).version

write(
  'package.json',
  json({
    name: `@kubetape/${name}`,
    version,
    description: sentence,
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=24.12' },
    exports: {
      '.': { '@kubetape/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: ['dist', '!dist/**/*.tsbuildinfo', 'src', '!src/**/*.test.ts', 'README.md'],
    dependencies: Object.fromEntries([
      ...ours.map((d) => [`@kubetape/${d}`, version]),
      ...theirs.map((d) => {
        const at = d.lastIndexOf('@')
        return [d.slice(0, at), d.slice(at + 1)]
      }),
    ]),
    nx: { tags: [`layer:${name}`] },
  }),
)
write('README.md', `# @kubetape/${name}\n\n${sentence}\n`)
write('src/index.ts', `/** ${sentence} */\nexport {}\n`)
write(
  'tsconfig.json',
  json({
    extends: '../../tsconfig.base.json',
    files: [],
    include: [],
    references: [{ path: './tsconfig.lib.json' }, { path: './tsconfig.spec.json' }],
  }),
)
write(
  'tsconfig.lib.json',
  json({
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/tsconfig.lib.tsbuildinfo' },
    include: ['src/**/*.ts'],
    exclude: ['src/**/*.test.ts'],
    references: [],
  }),
)
write(
  'tsconfig.spec.json',
  json({
    extends: '../../tsconfig.base.json',
    compilerOptions: {
      rootDir: 'src',
      outDir: 'out-tsc',
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
      emitDeclarationOnly: true,
    },
    include: ['src/**/*.test.ts'],
    references: [{ path: './tsconfig.lib.json' }],
  }),
)
write('jest.config.cjs', `module.exports = { displayName: '${name}', preset: '../../jest.preset.cjs' }\n`)
spawnSync('prettier', ['--log-level=warn', '--write', root], { stdio: 'inherit' })
console.log(`packages/${name} is made. Next: npm install, npx nx sync, a row in docs/ARCHITECTURE.md, a README of one screen`)
