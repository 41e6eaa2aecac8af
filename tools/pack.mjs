#!/usr/bin/env node
// Packs the public packages as npm would publish them: `npm run pack -- [FOLDER]` (default: packed). A project outside of the workspace installs
// them with `npm install FOLDER/*.tgz`.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { packPackages } from './test/packed-packages.mjs'

const [folder = 'packed'] = process.argv.slice(2)
const target = resolve(folder)
const build = spawnSync('npx', ['nx', 'run-many', '-t', 'build'], { stdio: 'inherit' })
if (build.status !== 0) process.exit(build.status ?? 1)
mkdirSync(target, { recursive: true })
const packed = await packPackages(target)
console.log(`Packed ${packed.length} packages; in a project of your own: npm install ${target}/*.tgz`)
