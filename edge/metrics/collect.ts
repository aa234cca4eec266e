/** What `/metrics` tells, and what it costs: a few bounded queries, one listing, one look at the queue. */
import { METRIC_SAMPLES_MAX } from '../limits.ts';
import { currentHalts } from '../store/audit-rows.ts';
import { countReports } from '../store/report-counts.ts';
import { countDeadLetters } from '../telemetry/dead-letters.ts';
import type { Queued } from '../telemetry/queued.ts';
import type { Family } from './open-metrics.ts';

export type MetricStores = {
  readonly db: D1Database;
  readonly archive: R2Bucket;
  readonly reports: Queue<Queued>;
  readonly nowMs: () => number;
};

/** Each part fails alone, and says so: who watches wants to know what cannot be seen. */
export async function collectMetrics(stores: MetricStores): Promise<readonly Family[]> {
  const parts = Object.entries(collectors).map(async ([name, collect]) => {
    try {
      return { name, families: await collect(stores), isWell: true };
    } catch (error) {
      console.error(JSON.stringify({ event: 'metrics-not-collected', name, message: String(error) }));
      return { name, families: [], isWell: false };
    }
  });
  const collected = await Promise.all(parts);
  const seen: Family = {
    name: 'cistern_collected',
    type: 'gauge',
    help: 'Whether this part of the figures could be collected.',
    samples: collected.map(({ name, isWell }) => ({ labels: { part: name }, value: isWell ? 1 : 0 })),
  };
  return [seen, ...collected.flatMap(({ families }) => families)];
}

const collectors: Readonly<Record<string, (stores: MetricStores) => Promise<readonly Family[]>>> = {
  async reports({ db }) {
    const counts = await countReports(db, METRIC_SAMPLES_MAX);
    return [
      {
        name: 'cistern_reports',
        type: 'counter',
        help: 'Reports written, by model and by how the attempt ended.',
        samples: counts.map(({ count, ...labels }) => ({ labels, value: count })),
      },
    ];
  },

  async rollouts({ db, nowMs }) {
    const halts = await currentHalts(db, METRIC_SAMPLES_MAX);
    return [
      {
        name: 'cistern_release_halted_seconds',
        type: 'gauge',
        unit: 'seconds',
        help: 'How long this release has been halted; by whom.',
        samples: halts.map(({ target, actor, at }) => {
          const [model = '', version = ''] = target.split(' ');
          const by = actor === 'auto-halt' ? 'auto-halt' : 'operator';
          return { labels: { model, version, by }, value: (nowMs() - Date.parse(at)) / 1000 };
        }),
      },
    ];
  },

  async models({ db }) {
    const row = await db.prepare('SELECT count(*) AS models FROM models').first<{ models: number }>();
    return [
      {
        name: 'cistern_models',
        type: 'gauge',
        help: 'Models that something is published for.',
        samples: [{ value: row?.models ?? 0 }],
      },
    ];
  },

  async queue({ reports, nowMs }) {
    const { backlogCount, oldestMessageTimestamp } = await reports.metrics();
    const ageMs = oldestMessageTimestamp === undefined ? 0 : nowMs() - oldestMessageTimestamp.getTime();
    return [
      {
        name: 'cistern_queue_messages',
        type: 'gauge',
        help: 'Reports and audit entries that wait to be written.',
        samples: [{ value: backlogCount }],
      },
      {
        name: 'cistern_queue_age_seconds',
        type: 'gauge',
        unit: 'seconds',
        help: 'How long the oldest of them has been waiting.',
        samples: [{ value: Math.max(0, ageMs) / 1000 }],
      },
    ];
  },

  async 'dead-letters'({ archive }) {
    const { dead, unreadable } = await countDeadLetters(archive);
    return [
      {
        name: 'cistern_dead_letters',
        type: 'gauge',
        help: 'Messages that could not be written for half a day (dead) or not be read (unreadable); 1000 is 1000 or more.',
        samples: [
          { labels: { kind: 'dead' }, value: dead },
          { labels: { kind: 'unreadable' }, value: unreadable },
        ],
      },
    ];
  },
};
