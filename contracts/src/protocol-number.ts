/** The number of a protocol: one for each call, with a check digit, so that it can be read aloud and found again. */

/** Quasigroup of Damm (2004): catches every wrong digit and every swap of neighbours. */
const damm = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

/** `П-000126-9`: the call's number, six digits or more, and its check digit. */
export function protocolNumber(callNumber: bigint): string {
  const digits = callNumber.toString().padStart(6, "0");
  const check = Array.from(digits).reduce((row, digit) => Number(damm[row]![Number(digit)]), 0);
  return `П-${digits}-${check}`;
}
