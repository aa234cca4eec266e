import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { builtAtSeconds } from '../../packaging/built-at.ts';
import { REPOSITORY_ROOT } from '../support/processes.ts';

describe('the time that a build says it is of', () => {
  it('is what SOURCE_DATE_EPOCH says', () => {
    expect(builtAtSeconds(REPOSITORY_ROOT, { SOURCE_DATE_EPOCH: '1760000000' })).toBe(1_760_000_000);
  });

  it.each(['', 'yesterday', '-1', '1.5', '999999999999'])('is not guessed from %j', (said) => {
    expect(() => builtAtSeconds(REPOSITORY_ROOT, { SOURCE_DATE_EPOCH: said })).toThrow('no time');
  });

  it('is else of the last commit, so that two builds of it are alike', () => {
    const said = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: REPOSITORY_ROOT });
    expect(builtAtSeconds(REPOSITORY_ROOT, {})).toBe(Number(said));
  });
});
