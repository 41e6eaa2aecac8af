// The repository as the rules see it: its files, packages and what they import.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

export const read = (file) => readFileSync(join(ROOT, file), 'utf8')
export const readJson = (file) => JSON.parse(read(file))
export const exists = (file) => existsSync(join(ROOT, file))
export const isFile = (file) => exists(file) && statSync(join(ROOT, file)).isFile()

/** Every file that is tracked or would be, relative to the root. */
export const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && isFile(file))
  .sort()

/** Made by tools or taken over as data: not held to the rules of written code. */
export const isGenerated = (file) => /(^|\/)(generated|golden)\//.test(file) || file.startsWith('packages/api/schema/')

/** Code that people write. */
export const CODE = FILES.filter((file) => /\.(ts|mjs|cjs|js)$/.test(file) && !isGenerated(file))

export const isTest = (file) => /\.test\.(ts|mjs)$/.test(file)
/** Fakes and contract suites, exported as `@kubetape/<name>/testing` or used by the tests beside them. */
export const isTesting = (file) => file.includes('/testing/')

export const LAYERS = readJson('tools/layers.json')
export const MUST_NOT_IMPORT = readJson('tools/must-not-import.json')

/** Packages and apps: folder, name within the workspace, layer, manifest, code files. */
export const PROJECTS = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(ROOT, parent))
    .map((name) => ({ name, parent, folder: `${parent}/${name}` }))
    .filter(({ folder }) => exists(`${folder}/package.json`))
    .map((project) => ({
      ...project,
      layer: project.parent === 'apps' ? 'app' : project.name,
      manifest: readJson(`${project.folder}/package.json`),
      files: CODE.filter((file) => file.startsWith(`${project.folder}/`)),
    })),
)

export const PACKAGES = PROJECTS.filter(({ parent }) => parent === 'packages')
export const APPS = PROJECTS.filter(({ parent }) => parent === 'apps')

/** Import, export-from, dynamic import, require, and files started by their address (`new URL('./x.ts', import.meta.url)`). */
const SPECIFIER =
  /(?:^(?:import|export|\})[^'"\n]*\bfrom\s*|\bimport\s*|\bimport\s*\(\s*|\brequire(?:\.resolve)?\s*\(\s*|\bnew URL\(\s*)(['"])([@\w./:#-]+)\1/gm

/** What a file imports, as written. Comments are left out, so that an example in one imports nothing. */
export function specifiersOf(file) {
  return [...withoutComments(read(file)).matchAll(SPECIFIER)].map(([, , specifier]) => specifier)
}

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

/** `@scope/name` or `name` of a specifier; undefined for files and Node's own modules. */
export function packageOf(specifier) {
  if (/^[./#]|^node:|^data:|^https?:/.test(specifier)) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
