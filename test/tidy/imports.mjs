import { posix } from 'node:path'
import {
  CODE,
  exists,
  isFile,
  isTest,
  isTesting,
  LAYERS,
  MUST_NOT_IMPORT,
  packageOf,
  PACKAGES,
  PROJECTS,
  read,
  readJson,
  specifiersOf,
} from './workspace.mjs'

const SCOPE = '@kubetape/'
const ROOT_MANIFEST = readJson('package.json')

export const imports = {
  'no source file is dead': () => {
    const entries = productEntries()
    const product = reachableFrom(entries)
    const tests = reachableFrom(CODE.filter((file) => isTest(file) || /^(test|bench|tools)\//.test(file)))
    return CODE.filter((file) => /^(packages|apps)\/[^/]+\/src\//.test(file) && !isTest(file) && !product.has(file)).flatMap((file) => {
      if (!tests.has(file)) return [`${file} is imported by nothing`]
      return isTesting(file) ? [] : [`${file} is imported by tests only: it belongs in src/testing/, or nowhere`]
    })
  },
  'every relative import names a file': () =>
    CODE.flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => /^\.{1,2}\//.test(specifier) && /\.(ts|mjs|cjs|js|json)$/.test(specifier) && !specifier.includes('/dist/'))
        .filter((specifier) => !exists(posix.join(posix.dirname(file), specifier)))
        .map((specifier) => `${file} imports ${specifier}, which does not exist`),
    ),
  'dependencies obey the rows of tools/layers.json': () =>
    PROJECTS.flatMap(({ folder, layer, manifest }) =>
      ourDependencies(manifest)
        .filter((name) => !(LAYERS[name] < LAYERS[layer]) || (MUST_NOT_IMPORT.packages[layer] ?? []).includes(name))
        .map((name) => `${folder} (row ${LAYERS[layer]}) may not depend on ${SCOPE}${name} (row ${LAYERS[name]})`),
    ),
  'sources import no module that their package must not': () =>
    PACKAGES.flatMap(({ name, files }) =>
      files
        .filter((file) => !isTest(file) && !isTesting(file) && file.includes('/src/') && !file.includes('/src/node/'))
        .flatMap((file) =>
          specifiersOf(file)
            .filter((specifier) => (MUST_NOT_IMPORT.modules[name] ?? []).some((rule) => matchesModule(rule, specifier)))
            .map((specifier) => `${file} imports ${specifier}`),
        ),
    ),
  'every import is a declared dependency': () =>
    PROJECTS.flatMap(({ folder, manifest, files }) => {
      const shipped = new Set([...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.peerDependencies ?? {}), manifest.name])
      const here = new Set([...shipped, ...Object.keys(manifest.devDependencies ?? {}), ...Object.keys(ROOT_MANIFEST.devDependencies)])
      const undeclared = new Map()
      for (const file of files) {
        // A testing subpath is published, but whoever imports it brings the test runner.
        const allowed = isTest(file) || isTesting(file) || !file.startsWith(`${folder}/src/`) ? here : shipped
        for (const name of specifiersOf(file).map(packageOf))
          if (name !== undefined && !allowed.has(name) && !undeclared.has(name)) undeclared.set(name, file)
      }
      return [...undeclared].map(([name, file]) => `${file} imports ${name}, which ${folder}/package.json does not declare`)
    }),
  'every declared dependency is used': () =>
    PROJECTS.flatMap(({ folder, manifest, files }) => {
      // Some are named without an import: any quoted mention counts, and so does being wanted by a dependency that leaves it to its users.
      const mentioned = files.map(read).join('\n')
      const peers = ourDependencies(manifest).flatMap((name) =>
        Object.keys(PROJECTS.find((one) => one.name === name)?.manifest.peerDependencies ?? {}),
      )
      return (
        Object.keys(manifest.dependencies ?? {})
          .filter((name) => !peers.includes(name))
          // Types that declarations of others need are named by nobody.
          .filter((name) => !name.startsWith('@types/'))
          .filter((name) => !new RegExp(`['"]${name.replaceAll('.', '\\.')}(/[^'"]*)?['"]`).test(mentioned))
          .map((name) => `${folder}/package.json declares ${name}, which nothing there uses`)
      )
    }),
  'dependencies are pinned, each to one version': () => {
    const versions = new Map()
    const violations = []
    for (const { folder, manifest } of [{ folder: '.', manifest: ROOT_MANIFEST }, ...PROJECTS]) {
      for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
        if (!/^(npm:.*@)?\d+\.\d+\.\d+[\w.-]*$/.test(version))
          violations.push(`${folder}/package.json asks for ${name} ${version}: pin one version`)
        const known = versions.get(name)
        if (known !== undefined && known.version !== version)
          violations.push(`${name} is ${version} in ${folder} and ${known.version} in ${known.folder}`)
        if (known === undefined) versions.set(name, { version, folder })
      }
    }
    return violations
  },
  'packages and apps have one version, and depend on it': () => {
    const [
      {
        folder: first,
        manifest: { version },
      },
    ] = PROJECTS
    return PROJECTS.flatMap(({ folder, manifest }) => [
      ...(manifest.version === version ? [] : [`${folder} has version ${manifest.version}, ${first} has ${version}`]),
      ...ourDependencies(manifest)
        .filter((name) => manifest.dependencies[SCOPE + name] !== version)
        .map((name) => `${folder} depends on ${SCOPE}${name} ${manifest.dependencies[SCOPE + name]}`),
    ])
  },
}

function ourDependencies(manifest) {
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => name.startsWith(SCOPE))
    .map((name) => name.slice(SCOPE.length))
}

function matchesModule(rule, specifier) {
  if (rule === '*') return !specifier.startsWith('.')
  return rule.endsWith('*') ? specifier.startsWith(rule.slice(0, -1)) : specifier === rule || specifier.startsWith(`${rule}/`)
}

/** Where the product begins: what packages export, the files that commands start, the main file of each app. */
function productEntries() {
  return PROJECTS.flatMap(({ folder, manifest, files }) => {
    const targets = Object.values(manifest.exports ?? {})
      .map((target) => target['@kubetape/source'])
      .filter(Boolean)
    const exported = targets.flatMap((target) => {
      const pattern = new RegExp(`^${posix.join(folder, target).replaceAll('.', '\\.').replace('*', '.*')}$`)
      return files.filter((file) => pattern.test(file))
    })
    const bins = Object.values(manifest.bin ?? {}).map((bin) => posix.join(folder, bin))
    // A controller that an app exports for its own test has no other importer.
    const mains =
      manifest.private === true
        ? files.filter((file) => file.startsWith(`${folder}/src/`) && (file.endsWith('/main.ts') || file.endsWith('-controller.ts')))
        : []
    return [...exported, ...bins, ...mains]
  })
}

function reachableFrom(entries) {
  const seen = new Set()
  const queue = [...entries]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file) || !isFile(file)) continue
    seen.add(file)
    for (const specifier of specifiersOf(file)) {
      if (/^\.{1,2}\//.test(specifier)) queue.push(posix.join(posix.dirname(file), specifier))
    }
  }
  return seen
}
