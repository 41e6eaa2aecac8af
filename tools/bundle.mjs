#!/usr/bin/env node
// Builds the JavaScript of the package in the working directory: one file for each of its entry points and one for what several of them, or a later
// import(), share. What is imported from other packages stays an import, so a process has one copy of each package, whoever loads it.
// A start loads hundreds of modules, and Node spends more time and memory on a module (finding, reading, linking) than on what is in it.
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const SOURCE = '@kubetape/source'

const { exports: entrances = {} } = JSON.parse(readFileSync('package.json', 'utf8'))
// The star of an entrance stands for folders too.
const sources = Object.values(entrances).flatMap(({ [SOURCE]: source }) =>
  source === undefined ? [] : globSync(source.replace('*', '**/*')),
)
// What a command starts is no entrance for importers.
if (existsSync('src/main.ts')) sources.push('src/main.ts')

// Files of an earlier build would be published too.
for (const file of globSync('dist/**/*.js{,.map}')) rmSync(file)
await build({
  entryPoints: sources,
  bundle: true,
  packages: 'external',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node24.12',
  outbase: 'src',
  outdir: 'dist',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
})
