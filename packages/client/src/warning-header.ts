/** The only code that the API uses for warnings (RFC 7234 section 5.5.7, "miscellaneous persistent warning"). */
const WARNING_CODE = '299'

/** One warning: code, agent, quoted text, and maybe a quoted date. */
const WARNING = /\s*(\d{3}) (\S+) "((?:[^"\\]|\\.)*)"(?: "[^"]*")?\s*(?:,|$)/y

/**
 * The texts of a `Warning` header (KEP-1693), in order; several headers come joined by commas. What does not parse ends the reading,
 * since a warning is never worth failing a request that was answered.
 */
export function warningTexts(header: string | string[] | undefined): string[] {
  if (header === undefined) return []
  const texts: string[] = []
  for (const line of typeof header === 'string' ? [header] : header) {
    WARNING.lastIndex = 0
    for (let found = WARNING.exec(line); found !== null; found = WARNING.exec(line)) {
      const text = decoded(found[3]!.replaceAll(/\\(.)/g, '$1'))
      if (found[1] === WARNING_CODE && text !== '') texts.push(text)
    }
  }
  return texts
}

/** Node reads header bytes as Latin-1; the API writes UTF-8. */
const decoded = (text: string): string => Buffer.from(text, 'latin1').toString('utf8')
