/** What the updater would take with Node's global `fetch`: what the URLs in a file name, hashed, and none of it kept. */
import { hashUrls } from './hash-urls.ts';

await hashUrls(process.argv[2] ?? '', async (url) => {
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null) throw new Error(`${url}: HTTP ${answer.status}`);
  return answer.body;
});
