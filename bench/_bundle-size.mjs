import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundles and minifies what `code` imports, without what is not used. Answers the bytes, the bytes after gzip, the bytes of each package in it (the
 * largest first) and the modules of Node that it asks for.
 */
export async function bundleSize(code) {
  const { outputFiles, metafile } = await build({
    // A place that may import every package.
    stdin: { contents: code, resolveDir: join(ROOT, 'packages', 'cli') },
    bundle: true,
    minify: true,
    treeShaking: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['es2015', 'module', 'main'],
    conditions: ['@kubetape/source', 'import', 'default'],
    target: 'node24.12',
    // The latter is loaded when a cluster is looked for, and not before.
    external: ['node:*', '@kubernetes/client-node'],
    write: false,
    metafile: true,
    absWorkingDir: ROOT,
    logLevel: 'error',
  })
  const [output] = Object.values(metafile.outputs)
  const byPackage = new Map()
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const name = packageOf(path)
    byPackage.set(name, (byPackage.get(name) ?? 0) + bytesInOutput)
  }
  return {
    bytes: outputFiles[0].contents.byteLength,
    gzipBytes: gzipSync(outputFiles[0].contents, { level: 9 }).byteLength,
    packages: [...byPackage].filter(([, bytes]) => bytes > 0).toSorted((a, b) => b[1] - a[1]),
    nodeModules: [...new Set(output.imports.map(({ path }) => path))].filter((path) => path.startsWith('node:')).toSorted(),
  }
}

/** `rxjs` of a path in node_modules, `@kubetape/runtime` of one in the workspace. */
function packageOf(path) {
  const inside = path.split('node_modules/').at(-1)
  if (inside !== path) return /^(@[^/]+\/)?[^/]+/.exec(inside)[0]
  const [, own] = /^packages\/([^/]+)\//.exec(path) ?? []
  return own === undefined ? 'the program' : `@kubetape/${own}`
}
