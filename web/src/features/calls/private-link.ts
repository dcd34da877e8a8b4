/** A guest's private link to his call, kept in this browser so that the after page can show it again. */
const keyOf = (callId: string): string => `minuta.private-link.${callId}`;

/** `link` is a path or an address as the server gave it. */
export function keepPrivateLink(callId: string, link: string): void {
  try {
    localStorage.setItem(keyOf(callId), new URL(link, location.origin).href);
  } catch {
    // Storage may be forbidden; the guest then only has the link he copies now.
  }
}

export function privateLinkOf(callId: string): string | null {
  try {
    return localStorage.getItem(keyOf(callId));
  } catch {
    return null;
  }
}
