/** A scenario against the repository that vitest has started for this run. */
import { inject } from 'vitest';
import { makeScenario, type Scenario, type ScenarioOptions } from './scenario.ts';

export function aScenario(options: ScenarioOptions = {}): Promise<Scenario> {
  return makeScenario(inject('repository'), options);
}
