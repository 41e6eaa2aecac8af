/** The kubetape command. */
export {}
