/** Identities: UUIDs (version 7, made by the database), branded so that one kind is never taken for another. */
import { z } from "zod/mini";

export const personId = z.uuid().brand<"PersonId">();
export type PersonId = z.infer<typeof personId>;
export const guestId = z.uuid().brand<"GuestId">();
export type GuestId = z.infer<typeof guestId>;
export const callId = z.uuid().brand<"CallId">();
export type CallId = z.infer<typeof callId>;
export const lineId = z.uuid().brand<"LineId">();
export type LineId = z.infer<typeof lineId>;
export const invitationId = z.uuid().brand<"InvitationId">();
export type InvitationId = z.infer<typeof invitationId>;
export const signInId = z.uuid().brand<"SignInId">();
export type SignInId = z.infer<typeof signInId>;
export const deviceId = z.uuid().brand<"DeviceId">();
export type DeviceId = z.infer<typeof deviceId>;

/** A side of one call. */
export const side = z.enum(["client", "consultant"]);
export type Side = z.infer<typeof side>;
/** The other side of the call. */
export const otherSide = (of: Side): Side => (of === "client" ? "consultant" : "client");
