/** Imported before any schema is made: zod must not even try to compile them, which the page's content security policy forbids and reports. */
import { z } from "zod/mini";

z.config({ jitless: true });
