/** Every address of the product on one screen. Each page is a file of its own to the browser; the address says which state is shown. */
import { whenWrong } from "@minuta/contracts/fallback";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent as lazy, redirect } from "@tanstack/react-router";
import { z } from "zod/mini";
import { whoAmI } from "./features/people/me.ts";
import { startChannelWorkerAhead } from "./rtc/channel-worker.ts";
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
/** Passed over when it is not there or not of its form. */
const maybe = <Schema extends z.ZodMiniType>(schema: Schema) => whenWrong(z.optional(schema), undefined);
const tokenSearch = z.object({ token: whenWrong(z.string().check(z.maxLength(100)), "") });
/** Where to go after signing in: only an address of ours, so that no link leads a person elsewhere. */
const nextSearch = z.object({
  next: maybe(z.string().check(z.regex(/^\/(?![/\\])/), z.maxLength(300))),
});
const termSearch = maybe(z.string().check(z.maxLength(40)));
const catalogueSearch = z.object({
  configuration: termSearch,
  area: termSearch,
  text: maybe(z.string().check(z.maxLength(100))),
  free: maybe(z.enum(["yes"])),
});
const ringFormSearch = z.object({ configuration: termSearch });
/** Whom the client rang, so that he can ring again. */
const ringSearch = z.object({ to: maybe(z.string().check(z.maxLength(60))) });
const cabinetSearch = z.object({
  tab: maybe(z.enum(["statement", "earnings", "statistics"])),
  side: maybe(z.enum(["client", "consultant"])),
  period: maybe(z.enum(["last-month", "90-days"])),
  month: maybe(z.string().check(z.regex(/^20\d{2}-(0[1-9]|1[0-2])$/))),
});
const isoDay = maybe(z.iso.date());
const reportSearch = z.object({
  side: maybe(z.enum(["client", "consultant"])),
  from: isoDay,
  to: isoDay,
  with: maybe(z.uuid()),
});
const workSearch = z.object({
  invitation: maybe(z.string().check(z.maxLength(40))),
  card: maybe(z.enum(["edit"])),
});
/** Tests and labs may keep a call on one path; people never choose. */
const callSearch = z.object({ path: maybe(z.enum(["websocket", "webrtc", "turn"])) });

/** What takes long is begun beside the page's own files. */
function beginCall(callId: string): void {
  startChannelWorkerAhead();
  // What fails is asked again by the page, which says so.
  void whoAmI().catch(() => undefined);
  void import("./features/remote/ahead.ts").then(({ readCallAhead }) => readCallAhead(callId)).catch(() => undefined);
}

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
  createRoute({
    ...atRoot,
    path: "/call/$callId",
    validateSearch: callSearch,
    component: pages.call,
    loader: ({ params, cause }) => (cause === "enter" ? beginCall(params.callId) : undefined),
  }),
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
