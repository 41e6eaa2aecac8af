/** One block of a PEM text (RFC 1421). */
export interface PemBlock {
  readonly type: string
  readonly hasHeaders: boolean
  readonly bytes: Buffer
}

const BLOCK = /-----BEGIN ([^\r\n]+?)-----[ \t]*\r?\n([\s\S]*?)-----END \1-----/g
const HEADER = /^[^\r\n]+:[^\r\n]*\r?\n/

/** The blocks of a text, as Go's encoding/pem finds them: what stands between them, and blocks that are no base64, is passed over. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  for (const [, type = '', content = ''] of text.matchAll(BLOCK)) {
    const hasHeaders = HEADER.test(content)
    const body = (hasHeaders ? content.slice(content.search(/\r?\n\r?\n/)) : content).replaceAll(/\s/g, '')
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(body) && body.length % 4 === 0) blocks.push({ type, hasHeaders, bytes: Buffer.from(body, 'base64') })
  }
  return blocks
}
