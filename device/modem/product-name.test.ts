import { describe, expect, it } from 'vitest';
import { contradictsProductName } from './product-name.ts';

describe('a product name', () => {
  it.each([
    ['EC25', 'EC25EUGA'],
    ['ec25', 'EC25EUGA'],
    ['EC25-EU', 'EC25EUGA'],
    ['EG25-G', 'EG25GGB'],
    ['EC20F', 'EC20CEFAG'],
    ['RM502Q-AE', 'RM502QAEAA'],
    ['RM520N-GL', 'RM520NGLAA'],
    ['EM12-G', 'EM12GPA'],
    ['BG95-M3', 'BG95M3LA'],
  ])('%s goes with %s', (name, hardware) => {
    expect(contradictsProductName(name, { hardware })).toBe(false);
  });

  it.each([
    ['EC25', 'EG25GGB'],
    ['EC25', 'EC21EUGA'],
    ['EC2', 'EC25EUGA'],
    ['EC25-AU', 'EC25EUGA'],
    ['RM502Q-AE', 'RM502QGLAA'],
    ['RM500Q-GL', 'RM502QGLAA'],
    ['EM7455', 'EC25EUGA'],
  ])('%s contradicts %s', (name, hardware) => {
    expect(contradictsProductName(name, { hardware })).toBe(true);
  });

  it.each(['', 'LTE Module', '861536030196001', 'Qualcomm', '-'])('"%s" is none', (name) => {
    expect(contradictsProductName(name, { hardware: 'EC25EUGA' })).toBe(false);
  });
});
