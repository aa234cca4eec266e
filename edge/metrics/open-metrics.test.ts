import { expect, it } from 'vitest';
import { openMetricsText } from './open-metrics.ts';

it('is text as OpenMetrics 1.0 writes it', () => {
  const text = openMetricsText([
    {
      name: 'cistern_reports',
      type: 'counter',
      help: 'Reports.',
      samples: [{ labels: { model: 'quectel/ec25', outcome: 'updated' }, value: 3 }],
    },
    { name: 'cistern_age_seconds', type: 'gauge', unit: 'seconds', help: 'Age.', samples: [{ value: 0.5 }] },
    { name: 'cistern_none', type: 'gauge', help: 'None.', samples: [] },
  ]);
  expect(text).toBe(`# TYPE cistern_reports counter
# HELP cistern_reports Reports.
cistern_reports_total{model="quectel/ec25",outcome="updated"} 3
# TYPE cistern_age_seconds gauge
# UNIT cistern_age_seconds seconds
# HELP cistern_age_seconds Age.
cistern_age_seconds 0.5
# TYPE cistern_none gauge
# HELP cistern_none None.
# EOF
`);
});

it('lets no label break out of its quotes or its line', () => {
  const labels = { why: 'a "b"\n# EOF \\' };
  const text = openMetricsText([{ name: 'x', type: 'gauge', help: 'X.', samples: [{ labels, value: 1 }] }]);
  expect(text.split('\n')[2]).toBe('x{why="a \\"b\\"\\n# EOF \\\\"} 1');
});
