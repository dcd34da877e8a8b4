/** Of the browser's own disk. */
export const FOLDER = "recordings";
