/** The mark of the site: a cistern, filled. Beside the name in the frame, and alone as the icon of a tab. */
import { utf8 } from '../../../shared/bytes.ts';
import { Drawing } from './drawing.tsx';

const VESSEL = 'M5 4v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V4';
const WATER = 'M7.5 10.5c1.5-1.2 3-1.2 4.5 0s3 1.2 4.5 0V17a.5.5 0 0 1-.5.5H8a.5.5 0 0 1-.5-.5z';

export function Mark() {
  return (
    <Drawing>
      <path d={VESSEL} />
      <path d={WATER} fill="currentColor" stroke="none" />
    </Drawing>
  );
}

const ICON = utf8(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#1290a5" stroke-width="2" stroke-linecap="round"><path d="${VESSEL}"/><path d="${WATER}" fill="#1290a5" stroke="none"/></svg>`,
);

export function serveIcon(): Response {
  const headers = {
    'content-type': 'image/svg+xml',
    'content-length': String(ICON.length),
    'cache-control': 'public, max-age=86400',
  };
  return new Response(ICON, { headers });
}
