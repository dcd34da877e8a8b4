/** The address a client opens. */
export const invitationLink = (token: string): string => `${location.origin}/join/${token}`;
