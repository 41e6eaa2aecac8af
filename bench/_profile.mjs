// The functions in which a process spent its time, alone and with what they called, from the CPU profiles in a folder.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROWS = 40

/** Prints where the time went for every profile in `folder`: by package, by function alone, by function with all that it called. */
export function summarise(folder) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const { functions, packages, inclusive, busyUs, totalUs } = times(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    console.log(`\n${file}: busy ${(busyUs / 1e6).toFixed(1)} s of ${(totalUs / 1e6).toFixed(1)} s; shares of the busy time`)
    for (const [title, map, rows] of [
      ['by package', packages, 15],
      ['by function, alone', functions, ROWS],
      ['by function of ours, with what it called', inclusive, ROWS],
    ]) {
      console.log(`${title}:`)
      for (const [name, us] of [...map].sort((a, b) => b[1] - a[1]).slice(0, rows))
        console.log(`${((us / busyUs) * 100).toFixed(1).padStart(6)} %  ${name}`)
    }
  }
}

function times({ nodes, samples, timeDeltas }) {
  const selfUs = new Map()
  let [busyUs, totalUs] = [0, 0]
  samples.forEach((id, i) => selfUs.set(id, (selfUs.get(id) ?? 0) + timeDeltas[i]))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const [functions, packages, inclusive] = [new Map(), new Map(), new Map()]
  const add = (map, key, us) => map.set(key, (map.get(key) ?? 0) + us)
  /** Answers the time of a node with all below it. What a function calls of itself is counted once. */
  const visit = (node, above) => {
    const { functionName, url, lineNumber } = node.callFrame
    const place = url.replace(/^.*\/(packages|node_modules)\//, '')
    const name = `${functionName || '(anonymous)'} ${place}${url ? `:${lineNumber + 1}` : ''}`
    let us = selfUs.get(node.id) ?? 0
    totalUs += us
    if (functionName !== '(idle)') {
      busyUs += us
      add(functions, name, us)
      add(packages, url === '' || url.startsWith('node:') ? url || functionName : place.split('/')[0], us)
    } else us = 0
    const outermost = !above.has(name)
    if (outermost) above.add(name)
    for (const id of node.children ?? []) us += visit(byId.get(id), above)
    if (outermost) {
      above.delete(name)
      if (url.includes('/packages/')) add(inclusive, name, us)
    }
    return us
  }
  visit(nodes[0], new Set())
  return { functions, packages, inclusive, busyUs, totalUs }
}
