import type { KubeObject } from '@kubetape/apimachinery'
import { deepFreeze, parseExactJson, printExactJson } from '@kubetape/apimachinery'
import { labelsInBytes } from './labels-in-bytes.ts'

/** Labels, or the values of the fields that a kind can be selected by. */
export type Selectable = Readonly<Record<string, string>>

/** So many parsed forms are kept although nobody else uses them: those that were written or looked at last. */
const HOT_MAX = 1024
const hot: (StoredObject | undefined)[] = []
let nextHot = 0

/** Bytes that are sent to many watchers, under the event type that they say. */
export interface Frame {
  readonly type: string
  readonly bytes: Uint8Array
}

/** The same object in another encoding than that of the log, each part made when somebody first wants it. */
export interface Alternate {
  readonly bytes?: Uint8Array
  /** Of its metadata alone. */
  readonly metadata?: Uint8Array
  readonly frame?: Frame
}

/** One version of one object: its bytes as they are in the log and on the wire, parsed on demand and frozen. */
export class StoredObject {
  readonly namespace: string
  readonly name: string
  readonly revision: number
  readonly bytes: Uint8Array
  #object: KubeObject | undefined
  /** Once there are newer ones, or a newer version: the parsed form lives as long as somebody uses it, no longer because of us. */
  #weak: WeakRef<KubeObject> | undefined
  #labels: Selectable | undefined
  /** The values of the fields that its kind can be selected by; owned by the API server, which knows them, and kept as long as the object. */
  fields: Selectable | undefined
  #superseded = false
  #frame: Frame | undefined
  #alternate: Alternate | undefined

  constructor(namespace: string, name: string, revision: number, bytes: Uint8Array, object?: KubeObject) {
    this.namespace = namespace
    this.name = name
    this.revision = revision
    this.bytes = bytes
    if (object !== undefined) this.#keep(object)
  }

  /** `namespace/name`, or `name`: the key within the resource. */
  get key(): string {
    return this.namespace ? `${this.namespace}/${this.name}` : this.name
  }

  /** The object, deeply frozen; copy it before changing. */
  get object(): Readonly<KubeObject> {
    const known = this.#object ?? this.#weak?.deref()
    if (known !== undefined) return known
    const parsed = deepFreeze(parseExactJson(decode(this.bytes)) as KubeObject)
    this.#labels ??= parsed.metadata?.labels ?? NO_LABELS
    if (this.#superseded) this.#weak = new WeakRef(parsed)
    else this.#keep(parsed)
    return parsed
  }

  /** The object for a look that nobody comes back to: what has to be parsed for it is neither kept nor frozen. Not to be changed or held. */
  glance(): Readonly<KubeObject> {
    return this.#object ?? this.#weak?.deref() ?? (parseExactJson(decode(this.bytes)) as KubeObject)
  }

  /** The labels, for selectors: read from the bytes alone where the object is not parsed, and kept. */
  get labels(): Selectable {
    if (this.#labels !== undefined) return this.#labels
    const known = this.#object ?? this.#weak?.deref()
    const labels = known === undefined ? labelsInBytes(this.bytes) : (known.metadata?.labels ?? NO_LABELS)
    return (this.#labels = labels ?? this.object.metadata?.labels ?? NO_LABELS)
  }

  /** What the API server encodes from these bytes once and sends often (watch frames); owned by it, kept while this version is the newest. */
  get frame(): Frame | undefined {
    return this.#frame
  }

  set frame(frame: Frame | undefined) {
    if (!this.#superseded) this.#frame = frame
  }

  /** What the API server encodes of this object in another form than JSON; owned by it, kept while this version is the newest. */
  get alternate(): Alternate | undefined {
    return this.#alternate
  }

  set alternate(alternate: Alternate | undefined) {
    if (!this.#superseded) this.#alternate = alternate
  }

  /** The same version under other contents: what a watcher gets of an object that left its selector. */
  withObject(object: KubeObject): StoredObject {
    const one = new StoredObject(this.namespace, this.name, this.revision, encodeObject(object))
    // Nobody looks it up again: it lives as long as its event.
    one.#object = deepFreeze(object)
    return one
  }

  /** Keeps the parsed form until as many others have been kept. */
  #keep(object: KubeObject): void {
    this.#object = object
    const before = hot[nextHot]
    hot[nextHot] = this
    nextHot = (nextHot + 1) % HOT_MAX
    if (before !== undefined) before.#cool()
  }

  #cool(): void {
    if (this.#object === undefined) return
    this.#labels ??= this.#object.metadata?.labels ?? NO_LABELS
    this.#weak = new WeakRef(this.#object)
    this.#object = undefined
  }

  /**
   * Lets go of the parsed form and the frame, once and for all: a newer version took this one's place, so it is only read again by a
   * watcher that resumes or a list of the past, for which the bytes are parsed anew.
   */
  supersede(): void {
    this.#superseded = true
    this.#object = undefined
    this.#frame = undefined
    this.#alternate = undefined
  }
}

const NO_LABELS: Selectable = Object.freeze({})

/**
 * An object's bytes, `kind` and `apiVersion` first: lists leave the type of built-in items out by cutting that head off
 * (`typeHead`), without encoding anything again.
 */
export function encodeObject(object: KubeObject): Uint8Array {
  const { kind, apiVersion, ...rest } = object
  return lasting(printExactJson({ kind, apiVersion, ...rest }))
}

/**
 * A text as bytes with memory of their own. NOTE: `Buffer.from` cuts small ones off a pool of 8 KiB that all others are cut off too; objects stay, and each
 * would keep its whole piece of the pool.
 */
function lasting(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text, 'utf8'))
  bytes.write(text, 'utf8')
  return bytes
}

/** The bytes with which every object of this type begins; what follows is `"metadata":…`. */
export function typeHead(kind: string, apiVersion: string): Uint8Array {
  return Buffer.from(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`, 'utf8')
}

function decode(bytes: Uint8Array): string {
  return Buffer.isBuffer(bytes) ? bytes.toString('utf8') : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
