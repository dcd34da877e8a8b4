/** Every address of the product on one screen. Each page is a file of its own to the browser; the address says which state is shown. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { z } from "zod";
import { whoAmI } from "./features/people/me.ts";
import { PersonPages, Root } from "./shell.tsx";
import { ErrorPage } from "./ui/error-page.tsx";
import { Loading } from "./ui/loading.tsx";
import { NotFoundPage } from "./ui/not-found-page.tsx";

const root = createRootRoute({
  component: Root,
  errorComponent: ({ error }) => <ErrorPage error={error} />,
  notFoundComponent: NotFoundPage,
});

const token = z.object({ token: z.string().max(100).catch("") });
/** Only an address of ours: a link must not lead a person who signs in elsewhere. */
const ownAddress = z
  .string()
  .regex(/^\/(?![/\\])/)
  .max(300);

const landing = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("./features/calls/landing-page.tsx"), "LandingPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: z.object({ next: ownAddress.optional().catch(undefined) }),
  component: lazyRouteComponent(() => import("./features/people/sign-in-page.tsx"), "SignInPage"),
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("./features/people/sign-up-page.tsx"), "SignUpPage"),
});
const confirm = createRoute({
  getParentRoute: () => root,
  path: "/confirm",
  validateSearch: token,
  component: lazyRouteComponent(() => import("./features/people/confirm-page.tsx"), "ConfirmPage"),
});
const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot",
  component: lazyRouteComponent(() => import("./features/people/reset-pages.tsx"), "ForgotPage"),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  validateSearch: token,
  component: lazyRouteComponent(() => import("./features/people/reset-pages.tsx"), "ResetPage"),
});
const developersMail = createRoute({
  getParentRoute: () => root,
  path: "/dev/mail",
  component: lazyRouteComponent(() => import("./features/people/mail-page.tsx"), "MailPage"),
});

const joinCode = createRoute({
  getParentRoute: () => root,
  path: "/join",
  component: lazyRouteComponent(() => import("./features/calls/join-code-page.tsx"), "JoinCodePage"),
});
const join = createRoute({
  getParentRoute: () => root,
  path: "/join/$token",
  component: lazyRouteComponent(() => import("./features/calls/join-page.tsx"), "JoinPage"),
});
const privateLink = createRoute({
  getParentRoute: () => root,
  path: "/my/$token",
  component: lazyRouteComponent(() => import("./features/calls/private-link-page.tsx"), "PrivateLinkPage"),
});

const call = createRoute({
  getParentRoute: () => root,
  path: "/call/$callId",
  /** Tests and labs may keep a call on one path; people never choose. */
  validateSearch: z.object({ path: z.enum(["websocket", "webrtc"]).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import("./features/remote/call-page.tsx"), "CallPage"),
});
const after = createRoute({
  getParentRoute: () => root,
  path: "/call/$callId/after",
  component: lazyRouteComponent(() => import("./features/calls/after-page.tsx"), "AfterPage"),
});
const protocol = createRoute({
  getParentRoute: () => root,
  path: "/call/$callId/protocol",
  component: lazyRouteComponent(() => import("./features/journal/protocol-page.tsx"), "ProtocolPage"),
});

/** Pages of a signed-in person; anyone else signs in first and comes back. */
const personPages = createRoute({
  getParentRoute: () => root,
  id: "person",
  component: PersonPages,
  beforeLoad: async ({ location }) => {
    if (!(await whoAmI())) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
});
const cabinet = createRoute({
  getParentRoute: () => personPages,
  path: "/cabinet",
  validateSearch: z.object({
    tab: z.enum(["statement"]).optional().catch(undefined),
    side: z.enum(["client", "consultant"]).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import("./features/calls/cabinet-page.tsx"), "CabinetPage"),
});
const work = createRoute({
  getParentRoute: () => personPages,
  path: "/cabinet/work",
  validateSearch: z.object({ invitation: z.string().max(40).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import("./features/calls/work-page.tsx"), "WorkPage"),
});
const profile = createRoute({
  getParentRoute: () => personPages,
  path: "/cabinet/profile",
  component: lazyRouteComponent(() => import("./features/people/profile-page.tsx"), "ProfilePage"),
});
const operator = createRoute({
  getParentRoute: () => personPages,
  path: "/operator",
  component: lazyRouteComponent(() => import("./features/ledger/top-up-page.tsx"), "TopUpPage"),
  beforeLoad: async () => {
    if (!(await whoAmI())?.roles.includes("operator")) throw redirect({ to: "/cabinet" });
  },
});

const tree = root.addChildren([
  landing,
  signIn,
  signUp,
  confirm,
  forgot,
  reset,
  developersMail,
  joinCode,
  join,
  privateLink,
  call,
  after,
  protocol,
  personPages.addChildren([cabinet, work, profile, operator]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
