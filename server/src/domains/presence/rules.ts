/** The rhythm of presence. */

/** A person whose page closed and opened again within this never went off. */
export const RELOAD_GRACE_MS = 10_000;
/** How soon an opened page makes its person free. */
export const LOOK_EVERY_MS = 250;
export const LEASE_RENEWED_EVERY_MS = 5_000;
/** The people of a copy that crashed go off after this; three renewals may be lost. */
export const LEASE_SECONDS = 15;
