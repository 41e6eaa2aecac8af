import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { CustomResourceDefinition } from '@kubetape/api/kinds'
import { isAlreadyExists, type KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { parseAllDocuments } from 'yaml'

/** A definition, or the path of a YAML or JSON file of them, or of a folder of such files. */
export type CrdSource = KubeObject | string

const EXTENSIONS = new Set(['.yaml', '.yml', '.json'])

/** Creates the definitions; those that exist are left as they are. Other objects in the files are passed over. */
export async function installCrds(client: Client, sources: readonly CrdSource[]): Promise<void> {
  for (const source of sources) {
    const objects = typeof source === 'string' ? definitionsIn(source) : [source]
    if (objects.length === 0)
      throw new Error(`Cannot install definitions from "${source as string}": there is no CustomResourceDefinition in it`)
    for (const object of objects) {
      try {
        await client.create(CustomResourceDefinition, object as NonNullable<typeof CustomResourceDefinition.wireType>)
      } catch (error) {
        if (!isAlreadyExists(error)) throw error
      }
    }
  }
}

function definitionsIn(path: string): KubeObject[] {
  if (statSync(path).isDirectory())
    return readdirSync(path)
      .filter((name) => EXTENSIONS.has(extname(name)))
      .toSorted()
      .flatMap((name) => definitionsIn(join(path, name)))
  return parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`Cannot read "${path}": ${document.errors[0]!.message}`)
    const object = document.toJS() as KubeObject | null
    return object?.kind === 'CustomResourceDefinition' ? [object] : []
  })
}
