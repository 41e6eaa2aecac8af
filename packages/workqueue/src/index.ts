/** A fair, de-duplicating, delayed, rate-limited, prioritised queue of keys with client-go's contract. */
export {}
