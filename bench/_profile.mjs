// The functions in which a process spent its time, from the CPU profiles in a folder.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROWS = 40

/** Prints the self time of the functions of every profile in `folder`, and of the packages they belong to. */
export function summarise(folder) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    console.log(`\n${file}`)
    const { functions, places, busyUs, totalUs } = selfTimes(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    console.log(`busy ${(busyUs / 1e6).toFixed(1)} s of ${(totalUs / 1e6).toFixed(1)} s; share of the busy time by package:`)
    print(places, busyUs, 20)
    console.log('by function:')
    print(functions, busyUs, ROWS)
  }
}

function selfTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]))
  const functions = new Map()
  const places = new Map()
  let totalUs = 0
  let busyUs = 0
  samples.forEach((id, i) => {
    const { functionName, url, lineNumber } = byId.get(id)
    totalUs += timeDeltas[i]
    if (functionName === '(idle)') return
    busyUs += timeDeltas[i]
    const place = url.replace(/^.*\/(packages|node_modules)\//, '').replace(/^file:\/\//, '')
    add(functions, `${functionName || '(anonymous)'} ${place}${url ? `:${lineNumber + 1}` : ''}`, timeDeltas[i])
    add(places, url.startsWith('node:') ? url : place.split('/').slice(0, place.startsWith('@') ? 2 : 1).join('/') || functionName, timeDeltas[i])
  })
  return { functions, places, busyUs, totalUs }
}

const add = (map, key, value) => map.set(key, (map.get(key) ?? 0) + value)

function print(map, wholeUs, rows) {
  for (const [name, us] of [...map].sort((a, b) => b[1] - a[1]).slice(0, rows)) console.log(`${((us / wholeUs) * 100).toFixed(1).padStart(6)} %  ${name}`)
}
