import type { KubeObject, ManagedFieldsEntry } from '@kubetape/apimachinery'
import type { ScaleRule } from '../strategy.ts'

type Fields = Record<string, unknown>

const SCALE_FIELDS: Fields = { 'f:spec': { 'f:replicas': {} } }

/** Who owns the wanted number of an object, as owners of its Scale: what an apply of that is merged with. */
export function ownersAsScale({ metadata }: Readonly<KubeObject>, { path }: ScaleRule): ManagedFieldsEntry[] {
  return (metadata?.managedFields ?? [])
    .filter(({ fieldsV1 }) => holds(fieldsV1 as Fields | undefined, path))
    .map((entry) => ({ ...entry, apiVersion: 'autoscaling/v1', fieldsV1: SCALE_FIELDS }))
}

/** The owners of an object after its Scale has got these: whoever no longer owns the number of the Scale does not own it here either. */
export function ownersOfParent(
  { metadata }: Readonly<KubeObject>,
  ofScale: readonly ManagedFieldsEntry[],
  apiVersion: string,
  { path }: ScaleRule,
): ManagedFieldsEntry[] {
  const left = ofScale.filter(({ fieldsV1 }) => holds(fieldsV1 as Fields | undefined, ['spec', 'replicas']))
  const same = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean =>
    a.manager === b.manager && a.operation === b.operation && (a.subresource ?? '') === (b.subresource ?? '')
  const kept = (metadata?.managedFields ?? []).flatMap((entry) => {
    const fields = entry.fieldsV1 as Fields | undefined
    if (!holds(fields, path) || left.some((one) => same(one, entry))) return [entry]
    const rest = without(fields!, path)
    return Object.keys(rest).length === 0 ? [] : [{ ...entry, fieldsV1: rest }]
  })
  const added = left
    .filter((one) => !kept.some((entry) => same(one, entry)))
    .map((one) => ({ ...one, apiVersion, subresource: 'scale', fieldsV1: fieldsAt(path) }))
  return [...kept, ...added]
}

function holds(fields: Fields | undefined, path: readonly string[]): boolean {
  let at: unknown = fields
  for (const name of path) at = (at as Fields | undefined)?.[`f:${name}`]
  return at !== undefined
}

const fieldsAt = (path: readonly string[]): Fields => path.reduceRight<Fields>((inner, name) => ({ [`f:${name}`]: inner }), {})

function without(fields: Readonly<Fields>, [name, ...rest]: readonly string[]): Fields {
  const { [`f:${name}`]: inner, ...others } = fields
  if (rest.length === 0) return others
  const left = without(inner as Fields, rest)
  return Object.keys(left).length === 0 ? others : { ...others, [`f:${name}`]: left }
}
