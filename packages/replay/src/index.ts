/** A tape read back: entries and runs, state at a revision, why an object changed, and replay of recorded runs with a verdict. */
export {}
