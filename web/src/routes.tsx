/** Every address of the product on one screen. Each page is a file of its own to the browser; the address says which state is shown. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent as lazy, redirect } from "@tanstack/react-router";
import { z } from "zod";
import { whoAmI } from "./features/people/me.ts";
import { Root } from "./shell.tsx";
import { withWords } from "./text/index.ts";
import { ErrorPage } from "./ui/error-page.tsx";
import { Loading } from "./ui/loading.tsx";
import { NotFoundPage } from "./ui/not-found-page.tsx";

const pages = {
  catalogue: lazy(() => import("./features/catalogue/catalogue-page.tsx"), "CataloguePage"),
  consultant: lazy(() => withWords(import("./features/catalogue/consultant-page.tsx")), "ConsultantPage"),
  signIn: lazy(() => withWords(import("./features/people/sign-in-page.tsx")), "SignInPage"),
  signUp: lazy(() => withWords(import("./features/people/sign-up-page.tsx")), "SignUpPage"),
  confirm: lazy(() => withWords(import("./features/people/confirm-page.tsx")), "ConfirmPage"),
  forgot: lazy(() => withWords(import("./features/people/reset-pages.tsx")), "ForgotPage"),
  reset: lazy(() => withWords(import("./features/people/reset-pages.tsx")), "ResetPage"),
  developersMail: lazy(() => withWords(import("./features/people/mail-page.tsx")), "MailPage"),
  joinCode: lazy(() => withWords(import("./features/calls/join-code-page.tsx")), "JoinCodePage"),
  join: lazy(() => withWords(import("./features/calls/join-page.tsx")), "JoinPage"),
  privateLink: lazy(() => withWords(import("./features/calls/private-link-page.tsx")), "PrivateLinkPage"),
  ringForm: lazy(() => withWords(import("./features/calls/rings/ring-form-page.tsx")), "RingFormPage"),
  ring: lazy(() => withWords(import("./features/calls/rings/ring-page.tsx")), "RingPage"),
  call: lazy(() => withWords(import("./features/remote/call-page.tsx")), "CallPage"),
  after: lazy(() => withWords(import("./features/calls/after-page.tsx")), "AfterPage"),
  protocol: lazy(() => withWords(import("./features/journal/protocol-page.tsx")), "ProtocolPage"),
  recordings: lazy(() => withWords(import("./features/recordings/recordings-page.tsx")), "RecordingsPage"),
  cabinet: lazy(() => withWords(import("./features/calls/cabinet-page.tsx")), "CabinetPage"),
  work: lazy(() => withWords(import("./features/calls/work-page.tsx")), "WorkPage"),
  profile: lazy(() => withWords(import("./features/people/profile-page.tsx")), "ProfilePage"),
  periodReport: lazy(() => withWords(import("./features/reports/period-report-page.tsx")), "PeriodReportPage"),
  verify: lazy(() => withWords(import("./features/journal/verify/verify-page.tsx")), "VerifyPage"),
  operator: lazy(() => withWords(import("./features/ledger/top-up-page.tsx")), "TopUpPage"),
};

// What an address may carry after its question mark; anything else in it is passed over.
const tokenSearch = z.object({ token: z.string().max(100).catch("") });
/** Where to go after signing in: only an address of ours, so that no link leads a person elsewhere. */
const nextSearch = z.object({
  next: z
    .string()
    .regex(/^\/(?![/\\])/)
    .max(300)
    .optional()
    .catch(undefined),
});
const termSearch = z.string().max(40).optional().catch(undefined);
const catalogueSearch = z.object({
  configuration: termSearch,
  area: termSearch,
  text: z.string().max(100).optional().catch(undefined),
  free: z.enum(["yes"]).optional().catch(undefined),
});
const ringFormSearch = z.object({ configuration: termSearch });
/** Whom the client rang, so that he can ring again. */
const ringSearch = z.object({ to: z.string().max(60).optional().catch(undefined) });
const cabinetSearch = z.object({
  tab: z.enum(["statement", "earnings", "statistics"]).optional().catch(undefined),
  side: z.enum(["client", "consultant"]).optional().catch(undefined),
  period: z.enum(["last-month", "90-days"]).optional().catch(undefined),
  month: z
    .string()
    .regex(/^20\d{2}-(0[1-9]|1[0-2])$/)
    .optional()
    .catch(undefined),
});
const isoDay = z.iso.date().optional().catch(undefined);
const reportSearch = z.object({
  side: z.enum(["client", "consultant"]).optional().catch(undefined),
  from: isoDay,
  to: isoDay,
  with: z.uuid().optional().catch(undefined),
});
const workSearch = z.object({
  invitation: z.string().max(40).optional().catch(undefined),
  card: z.enum(["edit"]).optional().catch(undefined),
});
/** Tests and labs may keep a call on one path; people never choose. */
const callSearch = z.object({ path: z.enum(["websocket", "webrtc", "turn"]).optional().catch(undefined) });

const root = createRootRoute({
  component: Root,
  errorComponent: ({ error }) => <ErrorPage error={error} />,
  notFoundComponent: NotFoundPage,
});
const atRoot = { getParentRoute: () => root };

const anyone = [
  createRoute({ ...atRoot, path: "/", validateSearch: catalogueSearch, component: pages.catalogue }),
  createRoute({ ...atRoot, path: "/c/$slug", component: pages.consultant }),
  createRoute({ ...atRoot, path: "/sign-in", validateSearch: nextSearch, component: pages.signIn }),
  createRoute({ ...atRoot, path: "/sign-up", component: pages.signUp }),
  createRoute({ ...atRoot, path: "/confirm", validateSearch: tokenSearch, component: pages.confirm }),
  createRoute({ ...atRoot, path: "/forgot", component: pages.forgot }),
  createRoute({ ...atRoot, path: "/reset", validateSearch: tokenSearch, component: pages.reset }),
  createRoute({ ...atRoot, path: "/dev/mail", component: pages.developersMail }),
  createRoute({ ...atRoot, path: "/join", component: pages.joinCode }),
  createRoute({ ...atRoot, path: "/join/$token", component: pages.join }),
  createRoute({ ...atRoot, path: "/my/$token", component: pages.privateLink }),
  createRoute({ ...atRoot, path: "/call/$callId", validateSearch: callSearch, component: pages.call }),
  createRoute({ ...atRoot, path: "/call/$callId/after", component: pages.after }),
  createRoute({ ...atRoot, path: "/call/$callId/protocol", component: pages.protocol }),
  createRoute({ ...atRoot, path: "/call/$callId/recordings", component: pages.recordings }),
  createRoute({ ...atRoot, path: "/verify", component: pages.verify }),
] as const;

/** Anyone who is not signed in signs in first and comes back. */
const personPages = createRoute({
  ...atRoot,
  id: "person",
  beforeLoad: async ({ location }) => {
    if (!(await whoAmI())) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
});
const forPerson = { getParentRoute: () => personPages };

async function operatorsOnly(): Promise<void> {
  if (!(await whoAmI())?.roles.includes("operator")) throw redirect({ to: "/cabinet" });
}

const person = [
  createRoute({ ...forPerson, path: "/c/$slug/call", validateSearch: ringFormSearch, component: pages.ringForm }),
  createRoute({ ...forPerson, path: "/ring/$callId", validateSearch: ringSearch, component: pages.ring }),
  createRoute({ ...forPerson, path: "/cabinet", validateSearch: cabinetSearch, component: pages.cabinet }),
  createRoute({ ...forPerson, path: "/cabinet/work", validateSearch: workSearch, component: pages.work }),
  createRoute({ ...forPerson, path: "/cabinet/profile", component: pages.profile }),
  createRoute({ ...forPerson, path: "/cabinet/report", validateSearch: reportSearch, component: pages.periodReport }),
  createRoute({ ...forPerson, path: "/operator", beforeLoad: operatorsOnly, component: pages.operator }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...anyone, personPages.addChildren(person)]),
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
