import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['{shared,device,manifests,test}/**/*.test.ts'],
          exclude: ['test/edge/**', '**/node_modules/**'],
          testTimeout: 30_000,
        },
      },
    ],
  },
});
