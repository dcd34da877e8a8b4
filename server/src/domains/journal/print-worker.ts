/** The thread that prints protocols: a long one takes seconds, and calls must not wait for it. */
import { answerAsWorker } from "#platform/worker";
import { printProtocol, type Printing } from "./print-protocol.ts";

answerAsWorker(({ protocol, proof, locale }: Printing) => printProtocol({ protocol, proof }, locale));
