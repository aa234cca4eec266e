/** One Swift for all tests against a real S3 server: started once by vitest, its address handed to the tests. */
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { type S3Server, startSwift, swiftAt, whyNoSwift } from './swift-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null where Swift is not installed. */
    swiftEndpoint: string | null;
  }
}

/** What vitest calls before the first test of the `s3` project. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = await whyNoSwift();
  if (missing !== null) {
    console.error(`\n*** SKIPPED: all tests against a real S3 server: ${missing} ***\n`);
    project.provide('swiftEndpoint', null);
    return undefined;
  }
  const server = await startSwift();
  project.provide('swiftEndpoint', server.endpoint);
  return server.stop;
}

/** The shared server; null where there is none, which was said aloud. Each test file has buckets of its own. */
export function sharedSwift(): S3Server | null {
  const endpoint = inject('swiftEndpoint');
  return endpoint === null ? null : swiftAt(endpoint);
}
