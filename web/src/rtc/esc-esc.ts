/** Esc pressed twice is the red stop, whatever has the focus in this page. */

const WITHIN_MS = 600;

/** Returns the unwatcher. */
export function watchEscEsc(stop: () => void): () => void {
  let last = -Infinity;
  const heard = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.repeat) return;
    const twice = event.timeStamp - last <= WITHIN_MS;
    last = twice ? -Infinity : event.timeStamp;
    if (twice) stop();
  };
  window.addEventListener("keydown", heard, { capture: true });
  return () => window.removeEventListener("keydown", heard, { capture: true });
}
