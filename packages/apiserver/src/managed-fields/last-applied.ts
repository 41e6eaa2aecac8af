import type { KubeObject } from '@kubetape/apimachinery'
import { appliedFields } from './applied-fields.ts'
import { compareValues } from './compare-values.ts'
import { difference, type FieldSet, union } from './field-set.ts'
import type { FieldTracker } from './field-tracker.ts'
import { shapeErrors } from './shape-check.ts'

/** The manager whose applies know of client-side apply. */
export const KUBECTL = 'kubectl'
/** What kubectl's client-side apply remembers of itself. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
/** All annotations of an object together may have this many bytes. */
const ANNOTATIONS_BYTES_MAX = 262_144

/**
 * The fields of the last client-side apply that the live object still has as they were applied; undefined where there is no such apply, or where it
 * cannot be read. An apply by kubectl may take these over from whoever owns them.
 */
export function fieldsSharedWithLastApplied(tracker: FieldTracker, live: object, apiVersion: string): FieldSet | undefined {
  const text = (live as KubeObject).metadata?.annotations?.[LAST_APPLIED]
  if (!text) return undefined
  let last: unknown
  try {
    last = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof last !== 'object' || last === null || (last as KubeObject).apiVersion !== apiVersion) return undefined
  if (shapeErrors(tracker.shape, last).length > 0) return undefined
  const { changed, removed } = compareValues(tracker.shape, last, live)
  return difference(appliedFields(tracker.shape, last), union(changed, removed))
}

/** Rewrites the annotation of client-side apply, where an object has one, to say what is applied now. Without room for it, it goes. */
export function updateLastApplied(object: KubeObject, applied: Readonly<KubeObject>): void {
  const annotations = object.metadata?.annotations
  if (!annotations?.[LAST_APPLIED]) return
  const text = `${goJson(withoutLastApplied(applied))}\n`
  const others = Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED)
  const all = [...others, [LAST_APPLIED, text] as const]
  const bytes = all.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0)
  object.metadata!.annotations = Object.fromEntries(bytes > ANNOTATIONS_BYTES_MAX ? others : all)
}

/** JSON as Go writes it: members in the order of their names, and no character that means something to HTML. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return escapeHtml(JSON.stringify(value))
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${escapeHtml(JSON.stringify(name))}:${goJson(member)}`).join(',')}}`
}

const escapeHtml = (text: string): string =>
  text.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`)

function withoutLastApplied(applied: Readonly<KubeObject>): object {
  const annotations = applied.metadata?.annotations
  if (annotations === undefined || annotations === null) return applied
  const { [LAST_APPLIED]: _, ...others } = annotations
  return { ...applied, metadata: { ...applied.metadata, annotations: others } }
}
