/** Doors of the strangers of the net. */
export const STRANGER = {
  /** Tells from where one is seen. */
  udp: 7000,
  /** Opens. */
  tcp: 7001,
  /** Takes everything and then says so. */
  sink: 7002,
  /** HTTPS that answers in two parts PART_AFTER_MS apart. */
  parts: 7003,
} as const;

export const PART_AFTER_MS = 1000;
