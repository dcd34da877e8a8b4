/** Imported by whoever signs or checks signatures in a page: browsers without Ed25519 of their own load it when they need it. */
import { bringEd25519 } from "@minuta/contracts/signing";

bringEd25519(() => import("./ed25519.ts"));
