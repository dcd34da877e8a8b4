/** What is taken for a value that did not come (`whenAbsent`), or that came and is not of its form (`whenWrong`). */
export { _default as whenAbsent, catch as whenWrong } from "zod/mini";
