/** A fingerprint as people compare it. */
export const inFours = (hex: string): string => hex.replaceAll(/(.{4})(?=.)/g, "$1 ");
