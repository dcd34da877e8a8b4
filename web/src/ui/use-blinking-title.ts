import { useEffect } from "react";

const BLINK_MS = 900;

/** Makes the window's title call for attention while `title` is given; the page's own comes back afterwards. */
export function useBlinkingTitle(title: string | null): void {
  useEffect(() => {
    if (title === null) return undefined;
    const before = document.title;
    let on = false;
    const blink = () => {
      on = !on;
      document.title = on ? `● ${title}` : title;
    };
    blink();
    const timer = setInterval(blink, BLINK_MS);
    return () => {
      clearInterval(timer);
      document.title = before;
    };
  }, [title]);
}
