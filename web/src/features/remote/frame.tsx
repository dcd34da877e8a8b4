/** The picture in its own proportions: as large as the room allows, so that places on it are places in the frame. */
import { useEffect, useRef, type HTMLAttributes } from "react";
import type { CallEngine } from "../../rtc/engine.ts";
import classes from "./call.module.css";

const UNKNOWN_RATIO = 16 / 9;

export interface FrameProps extends HTMLAttributes<HTMLDivElement> {
  readonly engine: CallEngine;
  /** Size of the picture, pixels; null until known. */
  readonly picture: { readonly width: number; readonly height: number } | null;
}

export function Frame({ engine, picture, children, ...rest }: FrameProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current ? engine.attachPicture(host.current) : undefined), [engine]);
  const ratio = picture ? picture.width / picture.height : UNKNOWN_RATIO;
  return (
    <div className={classes.frameRoom}>
      <div {...rest} className={classes.frame} style={{ "--ratio": ratio }}>
        <div ref={host} className={classes.host} />
        {children}
      </div>
    </div>
  );
}
