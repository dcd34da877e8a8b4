/** What only a demo or a developer's machine answers; elsewhere these addresses are not found. */
import { z } from "zod/mini";
import { endpoints } from "./endpoint.ts";
import { instant } from "./time.ts";

export const devApi = endpoints({
  /** Mails that stayed in the folder because no mail server is set, newest first. */
  mail: {
    method: "GET",
    path: "/api/dev/mail",
    access: "anyone",
    reply: z.object({ mails: z.array(z.object({ id: z.string(), to: z.string(), subject: z.string(), text: z.string(), at: instant })) }),
  },
  demo: {
    method: "GET",
    path: "/api/dev/demo",
    access: "anyone",
    reply: z.object({
      people: z.array(
        z.object({ email: z.string(), password: z.string(), name: z.string(), role: z.enum(["consultant", "client", "operator"]) }),
      ),
    }),
  },
});
