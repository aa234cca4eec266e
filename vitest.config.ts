import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { edgeTestSecrets } from './test/edge/secrets.ts';

// Tests start some hundred programs of ours: their TypeScript is compiled once, and not at each start.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('node_modules/.cache/cistern-compiled', import.meta.url),
);

export default defineConfig({
  test: {
    // Two files at once also on two cores, where vitest would run one: most of a test's time is waiting.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'node',
          include: ['{shared,device,manifests,test}/**/*.test.ts'],
          exclude: [
            'test/{edge,promises,e2e,soak,s3,browser}/**',
            'test/remote/long/**',
            '**/node_modules/**',
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'whole',
          include: ['test/{promises,e2e,soak}/**/*.test.ts'],
          globalSetup: ['test/support/shared-repository.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 's3',
          include: ['test/s3/**/*.test.ts'],
          globalSetup: ['test/s3/shared-swift.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Not a part of `npm test`: npm run test:remote.
        test: { name: 'remote', include: ['test/remote/long/**/*.test.ts'] },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: { ...edgeTestSecrets, TEST_MIGRATIONS: await readD1Migrations('edge/migrations') },
            },
          })),
        ],
        test: {
          name: 'edge',
          include: ['edge/**/*.test.ts', 'test/edge/**/*.test.ts'],
          setupFiles: ['test/edge/apply-migrations.ts'],
          testTimeout: 30_000,
        },
      },
    ],
  },
});
