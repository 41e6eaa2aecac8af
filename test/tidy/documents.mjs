import { posix } from 'node:path'
import { STEPS } from '../../tools/test/steps.mjs'
import { exists, FILES, read, readJson } from './workspace.mjs'

const DOCUMENTS = FILES.filter((file) => file.endsWith('.md') && !file.includes('/golden/'))

export const documents = {
  'npm commands that documents name are scripts': () => {
    const { scripts } = readJson('package.json')
    return DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)]
        .map(([, named, builtIn]) => named ?? builtIn)
        .filter((name) => !(name in scripts))
        .map((name) => `${file} names npm run ${name}, which is no script`),
    )
  },
  'test steps that documents name exist': () =>
    DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/npm test -- ((?:[a-z][\w-]* ?)+)/g)]
        .flatMap(([, words]) => words.trim().split(' '))
        .filter((step) => !(step in STEPS))
        .map((step) => `${file} names the test step ${step}, which does not exist`),
    ),
  'kubetape commands that documents name exist': () => {
    const verbs = FILES.filter((file) => file.startsWith('packages/cli/src/commands/')).flatMap((file) =>
      [...read(file).matchAll(/\.command\('([\w-]+)/g)].map(([, verb]) => verb),
    )
    return DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/(?:npx |^|`)kubetape ([a-z][\w-]*)/gm)]
        .map(([, verb]) => verb)
        .filter((verb) => !verbs.includes(verb))
        .map((verb) => `${file} names kubetape ${verb}, which does not exist`),
    )
  },
  'scripts of package.json start files that exist': () =>
    Object.entries(readJson('package.json').scripts).flatMap(([name, command]) =>
      [...command.matchAll(/(?:^|\s)((?:tools|apps|packages|test)\/[\w./-]+\.(?:mjs|ts|cjs))/g)]
        .map(([, file]) => file)
        .filter((file) => !exists(file))
        .map((file) => `npm run ${name} starts ${file}, which does not exist`),
    ),
  'docs/differences.md names the recorded behaviour that is left out, and no other': () => {
    const left = ['test/conformance/areas.json', 'test/kubectl/cases.json'].flatMap((file) => excludedIn(readJson(file)))
    const [, part = ''] = /## Recorded behaviour that is not reproduced\n([\s\S]*?)\n## /.exec(read('docs/differences.md')) ?? []
    const named = [...part.matchAll(/`([\w-]+\/[\w-]+)`/g)].map(([, name]) => name)
    return [
      ...left.filter((name) => !named.includes(name)).map((name) => `docs/differences.md does not name ${name}, which is left out`),
      ...named.filter((name) => !left.includes(name)).map((name) => `docs/differences.md names ${name}, which is not left out`),
    ]
  },
  'links of documents lead somewhere': () =>
    DOCUMENTS.flatMap((file) =>
      [
        ...read(file)
          .replace(/```[\s\S]*?```/g, '')
          .matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g),
      ]
        .map(([, target]) => target)
        .filter((target) => !exists(posix.join(posix.dirname(file), target)))
        .map((target) => `${file} links to ${target}, which does not exist`),
    ),
}

/** Names under `exclude`, of all profiles. */
function excludedIn(value) {
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'exclude'
      ? Object.keys(member)
      : member !== null && typeof member === 'object' && !Array.isArray(member)
        ? excludedIn(member)
        : [],
  )
}
