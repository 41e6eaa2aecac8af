import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { ROOT, runCommand } from './command.mjs'

/** The manifests of the packages that are published. */
export function publicPackages() {
  return readdirSync(join(ROOT, 'packages'))
    .map((folder) => JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')))
    .filter((manifest) => manifest.private !== true)
}

/** Packs the packages into a folder as npm would publish them; needs their `dist`. Answers each with its manifest, tarball and checksum. */
export async function packPackages(folder) {
  const packages = publicPackages()
  const flags = packages.flatMap(({ name }) => ['--workspace', name])
  const { status, output } = await runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...flags])
  if (status !== 0) throw new Error(`Cannot pack the packages:\n${output}`)
  const packed = JSON.parse(output.slice(output.indexOf('[')))
  return packages.map((manifest) => {
    const { integrity, shasum } = packed.find(({ name }) => name === manifest.name)
    const tarball = join(folder, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`)
    return { manifest, tarball, integrity, shasum }
  })
}

/**
 * A registry on loopback that has the packed packages and nothing else: what npm asks for `@kubetape/…` when its configuration names it for that
 * scope. Answers its URL and how to close it.
 */
export function startRegistry(packed) {
  const byName = new Map(packed.map((one) => [one.manifest.name, one]))
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1)
    const [, name, file] = /^(@[^/]+\/[^/]+)(\/-\/.*)?$/.exec(path) ?? []
    const one = byName.get(name)
    if (one === undefined) return response.writeHead(404).end('{}')
    // Another run may have other packages of the same version.
    response.setHeader('Cache-Control', 'no-store')
    if (file !== undefined) return response.end(readFileSync(one.tarball))
    const { manifest, integrity, shasum } = one
    const dist = { tarball: `http://${request.headers.host}/${name}/-/${name.split('/')[1]}-${manifest.version}.tgz`, integrity, shasum }
    response.setHeader('Content-Type', 'application/json')
    response.end(
      JSON.stringify({ name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: { ...manifest, dist } } }),
    )
  })
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const close = () => {
        server.closeAllConnections()
        return new Promise((done) => server.close(done))
      }
      resolve({ url: `http://127.0.0.1:${server.address().port}/`, close })
    }),
  )
}
