/** Before and after of a change; the button at its end does it. */
import type { RolloutEntry } from '../../../shared/rollout.ts';
import { Crumbs } from '../parts/crumbs.tsx';
import { fleetModelPath, fleetReleasePath } from '../parts/links.ts';
import { rolloutSaid } from '../parts/rollout-said.ts';
import { Tag } from '../parts/tag.tsx';
import type { Change } from './change.ts';

type Props = {
  readonly model: string;
  readonly version: string;
  readonly name: string;
  /** Of the rollout that `before` is of: another one in force refuses the change. */
  readonly etag: string;
  readonly change: Change;
  readonly before: RolloutEntry | undefined;
  readonly after: RolloutEntry | undefined;
  readonly nowMs: number;
};

const TITLES: Readonly<Record<Change['action'], string>> = {
  offer: 'Change whom it is offered to?',
  halt: 'Halt this release?',
  recall: 'Recall this release for good?',
  resume: 'Resume this release?',
};
const BUTTONS: Readonly<Record<Change['action'], string>> = {
  offer: 'Change it',
  halt: 'Halt it',
  recall: 'Recall it for good',
  resume: 'Resume it',
};

export function ConfirmPage({ model, version, name, etag, change, before, after, nowMs }: Props) {
  const then = rolloutSaid(before, nowMs);
  const next = rolloutSaid(after, nowMs);
  const path = fleetReleasePath(model, version);
  const isGrave = change.action === 'recall' || change.action === 'halt';
  return (
    <>
      <Crumbs
        way={[
          { path: '/fleet', name: 'Fleet' },
          { path: fleetModelPath(model), name },
          { path, name: version },
        ]}
      />
      <h1>{TITLES[change.action]}</h1>
      <p class="lead version">{version}</p>
      <dl class="facts">
        <dt>Now</dt>
        <dd>
          <Tag {...then} /> {then.sentence}
        </dd>
        <dt>Then</dt>
        <dd>
          <Tag {...next} /> {next.sentence}
        </dd>
      </dl>
      <form action={path} method="post">
        <input type="hidden" name="etag" value={etag} />
        {Object.entries(change).map(([field, value]) => (
          <input type="hidden" name={field} value={String(value)} />
        ))}
        <div class="actions">
          <button type="submit" class={isGrave ? 'grave' : ''}>
            {BUTTONS[change.action]}
          </button>
          <a class="button quiet" href={path}>
            Leave it as it is
          </a>
        </div>
      </form>
    </>
  );
}
