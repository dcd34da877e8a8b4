/** Files are dropped here. */
import { useState, type DragEvent, type ReactNode } from "react";
import classes from "../journal.module.css";

export function DropZone({ drop, children }: { readonly drop: (files: readonly File[]) => void; readonly children: ReactNode }) {
  const [over, setOver] = useState(false);
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        drop([...event.dataTransfer.files]);
      }}
    >
      {children}
    </div>
  );
}
