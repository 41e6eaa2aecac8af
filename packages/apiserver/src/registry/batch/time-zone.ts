/** One part of a zone's name between slashes (theory file of the time zone database, "Timezone identifiers"; digits and + are for old names). */
const PART = /^[A-Za-z.\-_0-9+]{1,14}$/
/** Names that the runtime knows from elsewhere than the time zone database. */
const NOT_IN_DATABASE = new Set(
  'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(' '),
)

/** Whether `name` has the form that names in the time zone database have. */
export function isTimeZoneName(name: string): boolean {
  return name.split('/').every((part) => part !== '.' && part !== '..' && !part.startsWith('-') && PART.test(part))
}

/** Whether the time zone database has a zone of this name, in exactly this spelling. */
export function isKnownTimeZone(name: string): boolean {
  if (!/^[A-Z]/.test(name) || NOT_IN_DATABASE.has(name) || name.startsWith('SystemV/')) return false
  let canonical: string
  try {
    canonical = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
  // The runtime knows zones in any spelling. It tells the right one of a zone, but of a link only where the link leads.
  if (canonical.toLowerCase() === name.toLowerCase()) return canonical === name
  return name.split('/').every((part) => /^[A-Z]/.test(part) && !/^[A-Z_]{5,}$/.test(part))
}
