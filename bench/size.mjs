// Size of what a controller brings along, minified, without what it does not use; by package.
import { bundleSize } from './_bundle-size.mjs'

const PROGRAMS = {
  'a controller': "export { controllerFor } from '@kubetape/runtime'",
  'a controller, a Manager and its kinds':
    "export { controllerFor, Manager } from '@kubetape/runtime'\nexport { ConfigMap, Job, Secret } from '@kubetape/api/kinds'",
  'all of @kubetape/runtime': "export * from '@kubetape/runtime'",
}
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`

for (const [name, code] of Object.entries(PROGRAMS)) {
  const { bytes, gzipBytes, packages, nodeModules } = await bundleSize(code)
  console.log(`${name}: ${kB(bytes)}, ${kB(gzipBytes)} gzipped${nodeModules.length === 0 ? '' : `; of Node: ${nodeModules.join(', ')}`}`)
  console.log(`  ${packages.map(([one, size]) => `${one} ${kB(size)}`).join(', ')}`)
}
