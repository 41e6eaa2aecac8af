import type { KubeObject } from '@kubetape/apimachinery'

/** An entry's bytes as an object. */
export function parseObject(value: Uint8Array): KubeObject {
  return JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')) as KubeObject
}
