/** The OpenMetrics 1.0 text format, as far as it is used here: gauges and counters. */

export type Family = {
  /** Without `_total`, which counters get. */
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  /** The last part of the name, where it is a unit. */
  readonly unit?: 'seconds';
  readonly help: string;
  readonly samples: readonly Sample[];
};

export type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

export function openMetricsText(families: readonly Family[]): string {
  return `${families.flatMap(lines).join('\n')}\n# EOF\n`;
}

function lines({ name, type, unit, help, samples }: Family): string[] {
  const suffix = type === 'counter' ? '_total' : '';
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
    ...samples.map(({ labels = {}, value }) => `${name}${suffix}${labelSet(labels)} ${value}`),
  ];
}

function labelSet(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
