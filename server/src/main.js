/** The one entry: run.ts is the program. */
import "./compile-cache.js";

await import("./run.ts");
