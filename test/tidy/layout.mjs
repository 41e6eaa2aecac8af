import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { APPS, exists, FILES, isTest, LAYERS, PACKAGES, read, ROOT } from './workspace.mjs'

const APP_LINES_MAX = 150
const README_LINES = { min: 8, max: 70 }
const BANNED_NAME = /^(utils?|common|helpers?|misc)(\.|$)/
const NOT_A_CONTROLLER = ['tour']

export const layout = {
  'docs/ARCHITECTURE.md and the packages agree': () => {
    const rows = architectureRows()
    const folders = PACKAGES.map(({ name }) => name)
    return [
      ...folders.filter((name) => !(name in rows)).map((name) => `packages/${name} has no row in docs/ARCHITECTURE.md`),
      ...Object.keys(rows)
        .filter((name) => !folders.includes(name))
        .map((name) => `docs/ARCHITECTURE.md has a row for packages/${name}, which does not exist`),
    ]
  },
  'docs/ARCHITECTURE.md and tools/layers.json agree': () => {
    const rows = architectureRows()
    return Object.entries(rows)
      .filter(([name, row]) => LAYERS[name] !== row)
      .map(([name, row]) => `${name} stands in row ${row} of docs/ARCHITECTURE.md and in row ${LAYERS[name]} of tools/layers.json`)
      .concat(
        Object.keys(LAYERS)
          .filter((name) => name !== 'app' && !(name in rows))
          .map((name) => `${name} is in tools/layers.json and not in docs/ARCHITECTURE.md`),
      )
  },
  'every package has a README of one screen': () =>
    PACKAGES.flatMap(({ folder }) => {
      if (!exists(`${folder}/README.md`)) return [`${folder} has no README.md`]
      const lines = read(`${folder}/README.md`).trimEnd().split('\n').length
      return lines < README_LINES.min || lines > README_LINES.max
        ? [`${folder}/README.md has ${lines} lines; ${README_LINES.min} to ${README_LINES.max} make a screen`]
        : []
    }),
  'every package has an index': () =>
    PACKAGES.filter(({ folder }) => !exists(`${folder}/src/index.ts`)).map(({ folder }) => `${folder}/src/index.ts is missing`),
  'an index is a doc comment and named re-exports': () =>
    FILES.filter((file) => /^packages\/.*\/src\/(.*\/)?index\.ts$/.test(file) && !file.includes('/generated/')).flatMap((file) => {
      const text = read(file)
      const wrong = []
      if (!/^\/\*\* [^\n]+ \*\/\n/.test(text)) wrong.push(`${file} does not begin with a doc comment of one line`)
      const rest = text
        .replace(/\/\*\*[\s\S]*?\*\//g, '')
        .replace(/^export (type )?\{[^}]*\} from '[^']+'$/gm, '')
        .trim()
      if (rest !== '') wrong.push(`${file} has more than named re-exports: ${rest.split('\n')[0]}`)
      return wrong
    }),
  'no file or folder has a name that says nothing': () =>
    FILES.filter((file) => file.split('/').some((part) => BANNED_NAME.test(part))).map((file) => `${file}: name it after what it holds`),
  'an example controller has at most 150 lines': () =>
    APPS.filter(({ name }) => !NOT_A_CONTROLLER.includes(name)).flatMap(({ folder, files }) => {
      const lines = files
        .filter((file) => file.startsWith(`${folder}/src/`) && !isTest(file))
        .reduce((sum, file) => sum + read(file).trimEnd().split('\n').length, 0)
      return lines > APP_LINES_MAX ? [`${folder} has ${lines} lines`] : []
    }),
  'decisions are numbered and tell context, decision and consequences': () => {
    const files = readdirSync(join(ROOT, 'docs/decisions')).sort()
    return files.flatMap((file, index) => {
      const wrong = []
      if (!new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`).test(file))
        wrong.push(`docs/decisions/${file} is not named ${String(index + 1).padStart(4, '0')}-<words>.md`)
      const text = read(`docs/decisions/${file}`)
      for (const heading of ['Context', 'Decision', 'Consequences'])
        if (!text.includes(`\n## ${heading}\n`)) wrong.push(`docs/decisions/${file} has no "${heading}"`)
      return wrong
    })
  },
}

/** The package table: name → row. */
function architectureRows() {
  return Object.fromEntries(
    [...read('docs/ARCHITECTURE.md').matchAll(/^\| (\d+)\s*\| `packages\/([a-z-]+)`\s*\|/gm)].map(([, row, name]) => [name, Number(row)]),
  )
}
