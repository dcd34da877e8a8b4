/**
 * A first picture of a screen before the best codec makes its key frame: two busy cores need 0.6 s for one of AV1, 0.05 s for a JPEG of no
 * more bytes. It is less sharp, and seen until the key frame comes.
 */
import { packPicture, SKETCH } from "./picture.ts";

/** Small text can just be read. */
const QUALITY = 0.2;
const TYPE = "image/jpeg";

/** Ready to be sealed; null: this browser cannot. The frame is closed. */
export async function sketchOf(frame: VideoFrame): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const canvas = new OffscreenCanvas(frame.displayWidth, frame.displayHeight);
    canvas.getContext("2d", { alpha: false })?.drawImage(frame, 0, 0);
    // Nobody needs it while the JPEG is made.
    frame.close();
    const still = await canvas.convertToBlob({ type: TYPE, quality: QUALITY });
    return still.type === TYPE ? packPicture(SKETCH, new Uint8Array(await still.arrayBuffer())) : null;
  } catch {
    return null;
  } finally {
    frame.close();
  }
}

/** Refuses (rejects) what is no JPEG. */
export async function openSketch(bytes: Uint8Array<ArrayBuffer>, timestamp: number): Promise<VideoFrame> {
  const still = await createImageBitmap(new Blob([bytes], { type: TYPE }));
  try {
    return new VideoFrame(still, { timestamp });
  } finally {
    still.close();
  }
}
