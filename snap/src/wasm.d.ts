/** A file as a base64 string in the bundle: see the rule for `?base64` in webpack.config.js. */
declare module '*?base64' {
  const text: string;
  export default text;
}
