declare module "@20minutes/s3rver" {
  /** A server that speaks S3, for tests: it checks signatures by the key `S3RVER` and the secret `S3RVER`. */
  export default class S3rver {
    constructor(options: {
      port: number;
      address: string;
      silent: boolean;
      directory: string;
      configureBuckets: readonly { name: string }[];
    });
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
}
