/** What the token volumes of Pods ask for, by which their tokens are told from others. */
export const ACCOUNTS_TOKEN_SECONDS = 3607
/** How long such tokens live in truth, so that clients that never read them again go on working (KEP-1205, "Safe rollout"). */
export const EXTENDED_SECONDS = 365 * 24 * 3600
