/** Made by web/first-words.ts. */
declare module "*.json?first" {
  const words: object;
  export default words;
}
