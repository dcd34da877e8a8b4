/** What stands around the pages. */
import { Outlet, useMatchRoute } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { Header } from "./features/people/header.tsx";
import classes from "./shell.module.css";

const JoinedAlert = lazy(async () => ({ default: (await import("./features/calls/joined-alert.tsx")).JoinedAlert }));

/** Every page has the product's head, but the call: its screen has a layout of its own. */
export function Root() {
  const inCall = useMatchRoute()({ to: "/call/$callId" });
  if (inCall) return <Outlet />;
  return (
    <div className={classes.shell}>
      <Header />
      <main id="content" className={classes.content} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

export function PersonPages() {
  return (
    <>
      <Outlet />
      <Suspense fallback={null}>
        <JoinedAlert />
      </Suspense>
    </>
  );
}
