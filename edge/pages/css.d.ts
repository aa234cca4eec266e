/** The stylesheet as text: a rule of wrangler.toml says so to the bundler. */
declare module '*.css' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: it is what the bundler makes of a text module
  export default text;
}
