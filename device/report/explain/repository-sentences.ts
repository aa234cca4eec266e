/** Failures of the repository: reaching it, trusting it, fetching from it, choosing from it, and of the settings. */
import type { Explainers } from './explanation.ts';

export const repositorySentences = {} satisfies Partial<Explainers>;
