/** Writes protobuf messages (proto3 wire format): fields in any order, zero values left out as proto3 does. */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = []
  #length = 0

  /** A text; an empty one is left out. */
  string(field: number, value: string | undefined): this {
    if (value !== undefined && value !== '') this.#bytes(field, Buffer.from(value))
    return this
  }

  strings(field: number, values: readonly string[] | undefined): this {
    for (const value of values ?? []) this.#bytes(field, Buffer.from(value))
    return this
  }

  /** True; false is left out. */
  bool(field: number, value: boolean | undefined): this {
    if (value === true) this.#push(Uint8Array.of(...varint(field << 3), 1))
    return this
  }

  /** A nested message, written by `write`; it is there even when it is empty. */
  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const writer = new ProtobufWriter()
    write(writer)
    this.#push(Uint8Array.from([...varint((field << 3) | 2), ...varint(writer.#length)]))
    for (const chunk of writer.#chunks) this.#push(chunk)
    return this
  }

  finish(): Buffer {
    return Buffer.concat(this.#chunks, this.#length)
  }

  #bytes(field: number, bytes: Uint8Array): void {
    this.#push(Uint8Array.from([...varint((field << 3) | 2), ...varint(bytes.length)]))
    this.#push(bytes)
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }
}

function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  bytes.push(value)
  return bytes
}
