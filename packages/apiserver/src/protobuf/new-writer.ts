import { createRequire } from 'node:module'
import type * as Protobuf from 'protobufjs/minimal.js'

const load = createRequire(import.meta.url)
let library: typeof Protobuf | undefined

/** A writer of protobuf. Its library is loaded with the first one, and not by a server whose clients all speak JSON. */
export const newWriter = (): Protobuf.Writer => (library ??= load('protobufjs/minimal.js') as typeof Protobuf).Writer.create()
