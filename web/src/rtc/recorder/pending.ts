/** The uploader of this page: there from the first recording on, and on every later visit while something is left on this disk. */
import { FOLDER } from "./folder.ts";

let uploader: Worker | null = null;

/** A second time does nothing; of several tabs' uploaders one works. */
export function startUploader(): void {
  uploader ??= new Worker(new URL("./uploader.worker.ts", import.meta.url), { type: "module", name: "uploader" });
}

/** Goes on with what an earlier visit could not bring. */
export async function uploadWhatIsLeft(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
    startUploader();
  } catch {
    // Nothing was ever recorded in this browser, or it cannot keep recordings.
  }
}
