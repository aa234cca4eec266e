/** Bindings of the Worker under test, beyond those of wrangler.toml. */
declare namespace Cloudflare {
  interface Env {
    ONLINE_KEYS: string;
    OPERATOR_TOKEN_SHA256: string;
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
  }
}

declare module '*?raw' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: this is how vite gives a file's text.
  export default text;
}
