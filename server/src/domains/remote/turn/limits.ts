/** Every limit of TURN by name. */
export const turnLimits = {
  /** An allocation lives so long unless it is refreshed. */
  lifetimeSeconds: 600,
  permissionSeconds: 300,
  channelSeconds: 600,
  /** A nonce is good for one to two of these. */
  nonceFreshMs: 600_000,
  /** New allocations are given to credentials this old at most; browsers ask for fresh ones before they need them. */
  credentialsSeconds: 3600,
  allocations: 4000,
  /** A browser makes one for each of its networks and each way to us, and others when it starts anew. */
  allocationsPerSide: 32,
  /** What one allocation may send. */
  allocationBytes: { perSecond: 3_000_000, burst: 12_000_000 },
  /** What a request costs of that: answering is dearer than passing on. */
  requestCostsBytes: 2_000,
  /** Requests of one address without an allocation; many people may be behind one. */
  strangerRequests: { perSecond: 50, burst: 300 },
  strangersRemembered: 10_000,
  /** One message or piece of channel data: more than any datagram of a browser. */
  pieceBytes: 66_000,
  strangerPieceBytes: 2_000,
  /** A connection without an allocation is closed after this. */
  allocatesWithinMs: 10_000,
  /** What may wait for a slow receiver before data to him is dropped: TURN is no more faithful than UDP. */
  queueBytes: 256_000,
} as const;
