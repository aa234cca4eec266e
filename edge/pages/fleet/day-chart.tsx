/** Attempts a day as stacked bars, drawn on the server; the same as a table for who does not see them. */
import type { Outcome } from '../../../shared/telemetry.ts';
import { number, TableHead } from '../parts/table-head.tsx';
import { attemptsOf, type Day } from './fleet-view.ts';

/** Bottom to top. `untouched`: it ended before anything was erased. */
const PARTS: readonly {
  readonly kind: string;
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}[] = [
  { kind: 'ok', name: 'updated', outcomes: ['updated'] },
  { kind: 'untouched', name: 'unchanged', outcomes: ['unchanged'] },
  { kind: 'failed', name: 'unfinished or unconfirmed', outcomes: ['unfinished', 'unconfirmed'] },
];
const TONES: Readonly<Record<string, string>> = { ok: 'good', untouched: 'unsure', failed: 'bad' };

const WIDTH = 720;
const HEIGHT = 160;

export function DayChart({ days }: { readonly days: readonly Day[] }) {
  const most = Math.max(...days.map(attemptsOf));
  if (most === 0) return <p>Nothing was reported in these days.</p>;
  const step = WIDTH / days.length;
  const scale = HEIGHT / most;
  const total = days.reduce((sum, day) => sum + attemptsOf(day), 0);
  const updated = days.reduce((sum, day) => sum + day.updated, 0);
  return (
    <figure class="figure-chart">
      <div class="chart-frame">
        <p aria-hidden="true">{`${most} on the busiest day`}</p>
        <svg
          class="chart"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Attempts a day: ${total} in all, of which ${updated} updated, ${most} on the busiest day.`}
        >
          <line class="axis" x1="0" x2={WIDTH} y1="0.5" y2="0.5" />
          {days.map((day, i) => (
            <DayBar day={day} x={i * step + step * 0.15} width={step * 0.7} scale={scale} />
          ))}
          <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        </svg>
        <p aria-hidden="true">
          <span>{days[0]?.day}</span>
          <span>{days.at(-1)?.day}</span>
        </p>
      </div>
      <figcaption>
        <ul class="key">
          {PARTS.map(({ kind, name }) => (
            <li class={TONES[kind]}>{name}</li>
          ))}
        </ul>
      </figcaption>
      <details>
        <summary>The same as a table</summary>
        <DayTable days={days.filter((day) => attemptsOf(day) > 0)} />
      </details>
    </figure>
  );
}

type BarProps = { readonly day: Day; readonly x: number; readonly width: number; readonly scale: number };

function DayBar({ day, x, width, scale }: BarProps) {
  let y = HEIGHT;
  return (
    <>
      {PARTS.map(({ kind, outcomes }) => {
        const height = outcomes.reduce((sum, outcome) => sum + day[outcome], 0) * scale;
        y -= height;
        return height === 0 ? null : (
          <rect
            class={kind}
            x={x.toFixed(1)}
            y={y.toFixed(1)}
            width={width.toFixed(1)}
            height={height.toFixed(1)}
          />
        );
      })}
    </>
  );
}

function DayTable({ days }: { readonly days: readonly Day[] }) {
  return (
    <table>
      <TableHead
        columns={['Day', number('Updated'), number('Unchanged'), number('Unfinished'), number('Unconfirmed')]}
      />
      <tbody>
        {days.map(({ day, updated, unchanged, unfinished, unconfirmed }) => (
          <tr>
            <th scope="row">{day}</th>
            <td class="number">{updated}</td>
            <td class="number">{unchanged}</td>
            <td class="number">{unfinished}</td>
            <td class="number">{unconfirmed}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
