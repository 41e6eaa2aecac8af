import { formatMicroTime, formatTime, type KubeObject } from '@kubetape/apimachinery'

/** How a class of client-node's models names one member in memory and on the wire. */
interface Attribute {
  readonly name: string
  readonly baseName: string
  readonly type: string
}

/**
 * An object as it is on the wire. The typed API of client-node answers instances of classes, with dates and with names of their own for members
 * such as `from` and `continue`; its watch, and its API for custom objects, plain JSON, which comes back as it is.
 */
export function wireForm(object: object): KubeObject {
  return (attributesOf(object) === undefined ? object : converted(object, '')) as KubeObject
}

function converted(value: unknown, type: string): unknown {
  if (value instanceof Date) return type === 'V1MicroTime' ? formatMicroTime(value.getTime()) : formatTime(value.getTime())
  if (Array.isArray(value)) return value.map((item) => converted(item, type))
  if (typeof value !== 'object' || value === null) return value
  const attributes = attributesOf(value)
  const wire: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    const attribute = attributes?.find((one) => one.name === name)
    wire[attribute?.baseName ?? name] = converted(member, attribute?.type ?? '')
  }
  return wire
}

function attributesOf(value: object): readonly Attribute[] | undefined {
  const { constructor } = value as { constructor?: { getAttributeTypeMap?: () => readonly Attribute[] } }
  return constructor?.getAttributeTypeMap?.()
}
